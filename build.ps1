#!/usr/bin/env pwsh
# One door to the repository: build, test, demo, badges, bench. build.sh has the same verbs.
param(
    [Parameter(Position = 0)][string] $Verb,
    [Parameter(Position = 1, ValueFromRemainingArguments = $true)][string[]] $Arguments = @()
)

$ErrorActionPreference = 'Stop'
Set-Location $PSScriptRoot
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
$env:DOTNET_NOLOGO = '1'

function Show-Usage {
    Write-Output @'
usage: ./build.ps1 VERB [arguments]
  build              compile everything in Release
  test [arguments]   run the tests, one project after the other; arguments go to dotnet test (--filter ...). Without any, all but the
                     long ones, which are --filter Speed=Long
  demo [arguments]   start a node and watch this machine's own telemetry turn into alerts (--seconds 20)
  badges [arguments] badge readings from log files to a report of a warehouse, in fast-forward (--lines 100000; examples/badges)
  chaos [arguments]  drive clusters through seeded schedules of faults (--runs 20 --seed 1 --depth in-process|processes --report FILE)
  bench [arguments]  measure a node over HTTP beside a raw store (put get latency ... --seconds 10)
'@
}

function Assert-Dotnet {
    if (Get-Command dotnet -ErrorAction SilentlyContinue) { return }
    $version = (Get-Content global.json -Raw | ConvertFrom-Json).sdk.version
    Write-Output "The .NET SDK $version or newer is needed: https://dotnet.microsoft.com/download"
    exit 1
}

# A build that has nothing to say says nothing, for a minute or more the first time.
function Show-Building([string] $What) {
    Write-Output "building $What; the first time this may take some minutes"
}

function Invoke-Build([string] $What) {
    & dotnet build $What -c Release -v quiet
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}

# What the tests of clients in other languages load. A test that still misses something says so and is skipped.
function Install-TestPackages {
    foreach ($manifest in Get-ChildItem tests/*/package.json, tests/*/*/package.json) {
        $folder = $manifest.DirectoryName
        if (Test-Path (Join-Path $folder node_modules)) { continue }
        if (-not (Get-Command npm -ErrorAction SilentlyContinue)) {
            Write-Output "npm is missing, so the tests of $folder are skipped: https://nodejs.org"
            continue
        }
        & npm install --prefix $folder --no-package-lock --no-audit --no-fund --silent
        if ($LASTEXITCODE -ne 0) { Write-Output "npm could not install the packages of $manifest" }
    }
    foreach ($manifest in Get-ChildItem tests/*/requirements.txt) {
        $python = Get-Command python3, python -ErrorAction SilentlyContinue | Select-Object -First 1
        if (-not $python) {
            Write-Output "Python is missing, so the tests that need $manifest are skipped: https://www.python.org"
            continue
        }
        # Debian's own Python wants to be told that its packages may be joined by others.
        $env:PIP_BREAK_SYSTEM_PACKAGES = '1'
        & $python.Source -m pip install --quiet --disable-pip-version-check --root-user-action ignore -r $manifest
        if ($LASTEXITCODE -ne 0) { Write-Output "pip could not install the packages of $manifest" }
    }
}

function Invoke-Tests {
    $results = 'artifacts/test-results'
    $passed = 0; $failed = 0; $skipped = 0
    $failures = @()
    if ($Arguments.Count -eq 0) { $Arguments = @('--filter', 'Speed!=Long') }
    if (Test-Path $results) { Remove-Item $results -Recurse -Force }
    Install-TestPackages
    Show-Building 'everything'
    Invoke-Build ActorStreams.sln
    foreach ($project in Get-ChildItem tests/*/*.Tests.csproj) {
        $name = $project.BaseName
        $file = Join-Path $results "$name.trx"
        # One project at a time: several at once starve each other of processors and their timeouts of time.
        & dotnet test $project.FullName -c Release --no-build --logger "trx;LogFileName=$name.trx" --logger 'console;verbosity=minimal' `
            --results-directory $results --blame-hang --blame-hang-timeout 10m --blame-hang-dump-type none @Arguments
        $code = $LASTEXITCODE
        $failedHere = 0
        if (Test-Path $file) {
            $run = ([xml](Get-Content $file -Raw)).TestRun
            $counters = $run.ResultSummary.Counters
            $passed += [int]$counters.passed
            $skipped += [int]$counters.total - [int]$counters.executed
            $failedHere = [int]$counters.failed
            $failures += $run.Results.UnitTestResult | Where-Object outcome -eq 'Failed' | ForEach-Object { "  $($_.testName)" }
        }
        if ($code -ne 0 -and $failedHere -eq 0) {
            $failedHere = 1
            $failures += "  $name ended with code $code before all of its tests were done"
        }
        $failed += $failedHere
    }
    Write-Output ''
    if ($failed -gt 0) { Write-Output 'Failed:'; $failures | Write-Output }
    if ($passed + $failed -eq 0) { Write-Output 'No test ran.' }
    Write-Output "$passed passed, $failed failed, $skipped skipped"
    if ($failed -gt 0 -or $passed -eq 0) { exit 1 }
}

function Invoke-Badges {
    if (-not $IsLinux) {
        Write-Output 'The agent runs on Linux only; examples/badges/README.md has the steps.'
        exit 1
    }
    & bash examples/badges/run.sh @Arguments
    exit $LASTEXITCODE
}

switch ($Verb) {
    'build' { Assert-Dotnet; Invoke-Build ActorStreams.sln }
    'test' { Assert-Dotnet; Invoke-Tests }
    'demo' { Assert-Dotnet; Show-Building 'the node'; Invoke-Build src/Node; & dotnet src/Node/bin/Release/net10.0/actorstreams.dll demo @Arguments; exit $LASTEXITCODE }
    'badges' { Assert-Dotnet; Invoke-Badges }
    'bench' { Assert-Dotnet; Show-Building 'the node and the benchmarks'; Invoke-Build src/Node; & dotnet run -c Release --project tests/Benchmarks -- @Arguments; exit $LASTEXITCODE }
    'chaos' { Assert-Dotnet; Show-Building 'the node and the drivers of faults'; Invoke-Build tests/MultiNode; & dotnet run -c Release --no-build --project tests/MultiNode -- @Arguments; exit $LASTEXITCODE }
    'help' { Show-Usage }
    default { Show-Usage; exit 2 }
}
