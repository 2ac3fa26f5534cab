using System.Diagnostics;
using ActorStreams.TestKit;

namespace ActorStreams.Pipelines.Tests.Firehose.Destinations.Folders;

/// <summary>A file system in memory that is soon full; skips the test where it may not be mounted.</summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string path) => Path = path;

    public string Path { get; }

    public static SmallDisk Mount(string path, int megabytes)
    {
        Directory.CreateDirectory(path);
        Requires.Need(
            OperatingSystem.IsLinux() && Environment.UserName == "root" && Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", path),
            "the right to mount a file system", "run as root on Linux");
        return new SmallDisk(path);
    }

    public void Dispose() => Run("umount", Path);

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
