using System.Diagnostics;
using System.Text.Json.Nodes;

namespace ActorStreams.MultiNode.Tests.Processes.Rolling;

/// <param name="Records">Acknowledged.</param>
/// <param name="FailedRecords">Of calls that failed after all tries of the SDK, and entries that answers refused.</param>
/// <param name="Failures">The first of them, in words.</param>
internal sealed record PutTotals(int Calls, long Records, int RecordsPerSecond, int Retries, int FailedRecords, double SlowestSeconds, string Failures);

/// <summary>boto3 in a process of its own, putting at a steady rate until it is told to stop.</summary>
internal sealed class SteadyPuts : IDisposable
{
    private readonly Process _python;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    public SteadyPuts(IEnumerable<Uri> endpoints, string stream, int recordsPerSecond)
    {
        var all = endpoints.ToArray();
        string[] arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "Processes", "Rolling", "steady_puts.py"),
            string.Join(',', all.Select(e => e.Host)), $"{all[0].Port}", stream, $"{recordsPerSecond}",
        ];
        _python = Process.Start(new ProcessStartInfo("python3", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _output = _python.StandardOutput.ReadToEndAsync();
        _error = _python.StandardError.ReadToEndAsync();
    }

    /// <summary>Calls that were begun come to their end.</summary>
    public async Task<PutTotals> StopAsync()
    {
        _python.StandardInput.Close();
        await _python.WaitForExitAsync();
        if (_python.ExitCode != 0) throw new InvalidOperationException($"steady_puts.py ended with {_python.ExitCode}: {await _error}");
        var totals = JsonNode.Parse((await _output).Trim().Split('\n')[^1])!;
        return new PutTotals(
            (int)totals["calls"]!, (long)totals["records"]!, (int)totals["records_per_s"]!, (int)totals["retries"]!, (int)totals["failed_records"]!,
            (double)totals["slowest_s"]!, totals["failures"]!.ToJsonString());
    }

    public void Dispose()
    {
        if (!_python.HasExited) _python.Kill();
        _python.Dispose();
    }
}
