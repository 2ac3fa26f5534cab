using System.ComponentModel;
using System.Diagnostics;

namespace ActorStreams.Kubernetes.Tests;

/// <summary>The kubectl of this machine. It renders; no cluster is asked.</summary>
internal static class Kubectl
{
    private static readonly Lazy<bool> Found = new(() =>
    {
        try
        {
            return Run("kubectl", "version", "--client").Length > 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    });

    public static bool IsThere => Found.Value;

    public static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {error.Result}");
    }
}
