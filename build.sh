#!/usr/bin/env bash
# One door to the repository: build, test, demo, badges, bench. build.ps1 has the same verbs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

usage() {
  cat <<'TEXT'
usage: ./build.sh VERB [arguments]
  build              compile everything in Release
  test [arguments]   run the tests, one project after the other; arguments go to dotnet test (--filter ...). Without any, all but the
                     long ones, which are --filter Speed=Long
  demo [arguments]   start a node and watch this machine's own telemetry turn into alerts (--seconds 20)
  badges [arguments] badge readings from log files to a report of a warehouse, in fast-forward (--lines 100000; examples/badges)
  chaos [arguments]  drive clusters through seeded schedules of faults (--runs 20 --seed 1 --depth in-process|processes --report FILE)
  bench [arguments]  measure a node over HTTP beside a raw store (put get latency ... --seconds 10)
TEXT
}

need_dotnet() {
  if command -v dotnet >/dev/null; then return; fi
  echo "The .NET SDK $(sed -n 's/.*"version": "\([^"]*\)".*/\1/p' global.json) or newer is needed: https://dotnet.microsoft.com/download" >&2
  exit 1
}

# A build that has nothing to say says nothing, for a minute or more the first time.
building() { echo "building $1; the first time this may take some minutes" >&2; }

build() {
  dotnet build ActorStreams.sln -c Release -v quiet "$@"
}

# What the tests of clients in other languages load. A test that still misses something says so and is skipped.
install_test_packages() {
  local manifest folder
  for manifest in tests/*/package.json tests/*/*/package.json; do
    folder=$(dirname "$manifest")
    if [ ! -f "$manifest" ] || [ -d "$folder/node_modules" ]; then continue; fi
    if command -v npm >/dev/null; then
      (cd "$folder" && npm install --no-package-lock --no-audit --no-fund --silent) || echo "npm could not install the packages of $manifest" >&2
    else
      echo "npm is missing, so the tests of $folder are skipped: https://nodejs.org" >&2
    fi
  done
  for manifest in tests/*/requirements.txt; do
    if [ ! -f "$manifest" ]; then continue; fi
    # Debian's own Python wants to be told that its packages may be joined by others.
    PIP_BREAK_SYSTEM_PACKAGES=1 python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore -r "$manifest" ||
      echo "pip could not install the packages of $manifest" >&2
  done
}

# The named number of the summary in a test result file.
counter() {
  local number
  number=$(sed -n "s/.*<Counters [^>]*$2=\"\([0-9]*\)\".*/\1/p" "$1" | head -n 1)
  echo "${number:-0}"
}

run_tests() {
  local results=artifacts/test-results passed=0 failed=0 skipped=0 failures=""
  if [ $# -eq 0 ]; then set -- --filter "Speed!=Long"; fi
  rm -rf "$results"
  install_test_packages
  building "everything"
  if ! build; then
    echo "0 passed, 1 failed, 0 skipped"
    return 1
  fi
  local project name file code total
  for project in tests/*/*.Tests.csproj; do
    name=$(basename "$project" .csproj)
    file="$results/$name.trx"
    code=0
    # One project at a time: several at once starve each other of processors and their timeouts of time.
    dotnet test "$project" -c Release --no-build --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=minimal" \
      --results-directory "$results" --blame-hang --blame-hang-timeout 10m --blame-hang-dump-type none "$@" || code=$?
    total=0
    if [ -f "$file" ]; then
      total=$(counter "$file" total)
      passed=$((passed + $(counter "$file" passed)))
      skipped=$((skipped + total - $(counter "$file" executed)))
      failed=$((failed + $(counter "$file" failed)))
      failures+=$(grep -o '<UnitTestResult [^>]*outcome="Failed"' "$file" | sed 's/.* testName="\([^"]*\)".*/  \1/' || true)
      failures+=$'\n'
    fi
    if [ "$code" -ne 0 ] && { [ ! -f "$file" ] || [ "$(counter "$file" failed)" -eq 0 ]; }; then
      failed=$((failed + 1))
      failures+="  $name ended with code $code before all of its tests were done"$'\n'
    fi
  done
  echo
  if [ "$failed" -gt 0 ]; then printf 'Failed:\n%s\n' "$(printf '%s' "$failures" | sed '/^ *$/d')"; fi
  if [ $((passed + failed)) -eq 0 ]; then echo "No test ran." >&2; fi
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

demo() {
  building "the node"
  dotnet build src/Node -c Release -v quiet
  exec dotnet src/Node/bin/Release/net10.0/actorstreams.dll demo "$@"
}

badges() {
  exec examples/badges/run.sh "$@"
}

bench() {
  building "the node and the benchmarks"
  dotnet build src/Node -c Release -v quiet
  exec dotnet run -c Release --project tests/Benchmarks -- "$@"
}

chaos() {
  building "the node and the drivers of faults"
  dotnet build tests/MultiNode -c Release -v quiet
  exec dotnet run -c Release --no-build --project tests/MultiNode -- "$@"
}

verb=${1:-}
if [ $# -gt 0 ]; then shift; fi
case "$verb" in
  build) need_dotnet; build "$@" ;;
  test) need_dotnet; run_tests "$@" || exit 1 ;;
  demo) need_dotnet; demo "$@" ;;
  badges) need_dotnet; badges "$@" ;;
  bench) need_dotnet; bench "$@" ;;
  chaos) need_dotnet; chaos "$@" ;;
  -h | --help | help) usage ;;
  *) usage >&2; exit 2 ;;
esac
