using System.ComponentModel;
using System.Diagnostics;

namespace ActorStreams.Node.Telemetry;

internal static class CommandOutput
{
    private const int PatienceMs = 2000;

    /// <summary>What a command of the operating system prints; null when it is missing, fails or takes long.</summary>
    public static string? Of(string command, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, UseShellExecute = false });
            if (process is null) return null;
            var output = process.StandardOutput.ReadToEndAsync();
            if (output.Wait(PatienceMs) && process.WaitForExit(PatienceMs)) return process.ExitCode == 0 ? output.Result : null;
            process.Kill();
            return null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
