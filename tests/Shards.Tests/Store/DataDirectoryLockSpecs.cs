using System.Diagnostics;
using ActorStreams.Shards.Store;
using ActorStreams.TestKit;

namespace ActorStreams.Shards.Tests.Store;

public sealed class DataDirectoryLockSpecs : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actorstreams-lock-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_second_holder_is_refused_by_folder_and_pid_until_the_first_lets_go()
    {
        var data = Path.Combine(_folder, "data");
        using (DataDirectoryLock.Acquire(data))
        {
            var refused = Assert.Throws<StoreUnavailableException>(() => DataDirectoryLock.Acquire(data));
            Assert.Contains($"'{data}' is in use by process {Environment.ProcessId}.", refused.Message, StringComparison.Ordinal);
        }

        DataDirectoryLock.Acquire(data).Dispose();
    }

    [Fact]
    public void A_pid_file_left_behind_locks_nobody_out()
    {
        File.WriteAllText(Path.Combine(_folder, "actorstreams.pid"), "1");
        File.WriteAllText(Path.Combine(_folder, "actorstreams.lock"), "");

        DataDirectoryLock.Acquire(_folder).Dispose();
    }

    [SkippableFact]
    public async Task Kill_9_of_the_holder_frees_the_folder()
    {
        Requires.Need(File.Exists("/usr/bin/flock"), "the flock command", "apt-get install util-linux");
        var lockFile = Path.Combine(_folder, "actorstreams.lock");
        // The same kind of lock that .NET takes for FileShare.None, held by a process that we may kill.
        using var holder = Process.Start(new ProcessStartInfo("/usr/bin/flock", ["--no-fork", lockFile, "sh", "-c", "echo held; exec cat"])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        })!;
        await holder.StandardOutput.ReadLineAsync();
        Assert.Throws<StoreUnavailableException>(() => DataDirectoryLock.Acquire(_folder));

        holder.Kill();
        await holder.WaitForExitAsync();

        DataDirectoryLock.Acquire(_folder).Dispose();
    }

    [Fact]
    public void A_folder_that_cannot_be_is_refused_by_name()
    {
        var file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");

        var refused = Assert.Throws<StoreUnavailableException>(() => DataDirectoryLock.Acquire(file));

        Assert.Contains($"The data folder '{file}' cannot be created or written", refused.Message, StringComparison.Ordinal);
    }
}
