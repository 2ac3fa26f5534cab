using System.Diagnostics;
using ActorStreams.TestKit;

namespace ActorStreams.Conformance.Tests;

/// <summary>The Python scripts of this folder, run from where they lie in the repository.</summary>
internal static class Scripts
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    public static string Folder { get; } = Path.Combine(NodeProcess.RepositoryRoot(), "tests", "Conformance");

    /// <summary>Runs a script to its end; what it printed. A failure to end well is an error with all of that.</summary>
    public static async Task<string> RunAsync(string script, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        // Without bytecode the source folders stay as they are.
        var start = new ProcessStartInfo("python3", ["-B", Path.Combine(Folder, script), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["AWS_EC2_METADATA_DISABLED"] = "true";
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var python = Process.Start(start)!;
        var printed = python.StandardOutput.ReadToEndAsync();
        var errors = python.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await python.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            python.Kill(entireProcessTree: true);
            throw new TimeoutException($"{script} had not ended after {Patience}:\n{await printed}{await errors}");
        }

        return python.ExitCode == 0
            ? await printed
            : throw new InvalidOperationException($"{script} ended with {python.ExitCode}:\n{await printed}{await errors}");
    }
}
