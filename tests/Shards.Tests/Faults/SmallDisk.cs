using System.Diagnostics;
using ActorStreams.TestKit;

namespace ActorStreams.Shards.Tests.Faults;

/// <summary>A file system of a few megabytes of its own, in memory, so that it can be full without hurting the machine.</summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>Skips the test where this user may not mount.</summary>
    public static SmallDisk Mount()
    {
        var folder = Directory.CreateTempSubdirectory("actorstreams-disk-").FullName;
        var mounted = OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", folder);
        if (!mounted) Directory.Delete(folder);
        Skip.IfNot(mounted, "This test needs a small file system of its own, which takes Linux and the right to mount.");
        return new SmallDisk(folder);
    }

    /// <summary>Takes all the room that is left, down to the last page.</summary>
    public async Task FillAsync(string file)
    {
        await using var filler = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        foreach (var step in (int[])[1 << 20, 4096])
        {
            try
            {
                while (true) await filler.WriteAsync(new byte[step]);
            }
            catch (IOException)
            {
                // Full for pieces of this size.
            }
        }
    }

    public void Dispose()
    {
        // Pooled connections keep files open, and a file system with open files stays mounted.
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        if (!Run("umount", Folder)) Run("umount", "--lazy", Folder);
        Directory.Delete(Folder);
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
