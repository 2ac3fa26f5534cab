using System.Globalization;

namespace ActorStreams.Shards.Store;

/// <summary>
/// Holds a data folder for one process. The operating system drops the lock with the process, kill -9 included; the pid beside it only
/// serves the message.
/// </summary>
public sealed class DataDirectoryLock : IDisposable
{
    private const string LockFileName = "actorstreams.lock";
    private const string PidFileName = "actorstreams.pid";

    private readonly FileStream _held;

    private DataDirectoryLock(FileStream held) => _held = held;

    /// <summary>Takes the folder, creating it when missing; <see cref="StoreUnavailableException"/> names the holder's pid.</summary>
    public static DataDirectoryLock Acquire(string dir)
    {
        var full = Path.GetFullPath(dir);
        var pidPath = Path.Combine(full, PidFileName);
        FileStream held;
        try
        {
            Directory.CreateDirectory(full);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DataDirectoryFault.Unusable(full, e);
        }

        try
        {
            held = new FileStream(Path.Combine(full, LockFileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException e)
        {
            throw DataDirectoryFault.Unusable(full, e);
        }
        catch (IOException e) when (File.Exists(Path.Combine(full, LockFileName)))
        {
            throw new StoreUnavailableException(
                $"The data folder '{full}' is in use by process {ReadPid(pidPath)}. One folder serves one node: stop that process or give another --data folder.", e);
        }
        catch (IOException e)
        {
            throw DataDirectoryFault.Unusable(full, e);
        }

        try
        {
            File.WriteAllText(pidPath, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            held.Dispose();
            throw DataDirectoryFault.Unusable(full, e);
        }

        return new DataDirectoryLock(held);
    }

    public void Dispose() => _held.Dispose();

    private static string ReadPid(string path)
    {
        try
        {
            var text = File.ReadAllText(path).Trim();
            return text.Length > 0 ? text : "(pid unknown)";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "(pid unknown)";
        }
    }
}
