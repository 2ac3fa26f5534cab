using System.Diagnostics;

namespace ActorStreams.Pbm.Tests.Live;

/// <summary>The real executable, as a script runs it.</summary>
internal static class PbmProcess
{
    /// <param name="input">Lines for its shell; without any, its input is empty.</param>
    public static async Task<(int ExitCode, string Out, string Error)> RunAsync(string endpoints, string? input, params string[] arguments)
    {
        // Beside the tests, where the build has put what they refer to.
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "pbm.dll"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PBM_ENDPOINT"] = endpoints;
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var (output, error) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, await output, await error);
    }
}
