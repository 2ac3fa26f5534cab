using ActorStreams.TestKit;
using Xunit.Abstractions;

namespace ActorStreams.Node.Tests.Operations;

/// <summary>The executable's commands, run to their end.</summary>
internal static class Commands
{
    /// <summary>How long a start takes is the matter of others: these nodes may start on a machine that does much else.</summary>
    public static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(3);

    /// <summary>Answers what it printed.</summary>
    public static async Task<string> RunAsync(ITestOutputHelper output, int exitCode, params string[] arguments)
    {
        using var folder = new TempFolder();
        await using var process = NodeProcess.Command(folder.Path, null, arguments);
        var code = await process.ExitAsync(StartPatience);
        // The end of the process may be seen before its last words.
        for (var tries = 0; tries < 100 && process.Output.Length == 0; tries++) await Task.Delay(20);
        output.WriteLine($"{arguments[0]} ended with {code}: {process.Output}");
        Assert.Equal(exitCode, code);
        return process.Output;
    }

    public static async Task<string> RefusedAsync(ITestOutputHelper output, int exitCode, string why, params string[] arguments)
    {
        var said = await RunAsync(output, exitCode, arguments);
        Assert.Contains(why, said, StringComparison.Ordinal);
        return said;
    }
}
