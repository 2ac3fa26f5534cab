using System.Diagnostics;

namespace ActorStreams.MultiNode.Tests.Processes.Networks;

/// <summary>Short scripts for what has no library: namespaces, links, queueing disciplines.</summary>
internal static class ShellScript
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    /// <exception cref="InvalidOperationException">A command of it failed; the message holds what it said.</exception>
    public static async Task RunAsync(string script)
    {
        using var shell = Start("set -e\n" + script);
        var error = shell.StandardError.ReadToEndAsync();
        var output = shell.StandardOutput.ReadToEndAsync();
        using var limit = new CancellationTokenSource(s_patience);
        await shell.WaitForExitAsync(limit.Token);
        if (shell.ExitCode != 0)
            throw new InvalidOperationException($"The script ended with {shell.ExitCode}: {await error}{await output}\n{script}");
    }

    /// <summary>A script that goes on by itself.</summary>
    public static Process Start(string script) => Process.Start(new ProcessStartInfo("sh", ["-c", script])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
