using Microsoft.Extensions.Logging;

namespace ActorStreams.Node.Firehose;

/// <summary>
/// Whether the disk that puts are stored on has room for what is put to delivery streams: where a destination stays away that piles up, and must not take from
/// the streams beside it. Looks once a second at most. Safe from any thread.
/// </summary>
/// <param name="free">Bytes that are free; null where that cannot be told, which is taken for enough.</param>
internal sealed partial class DiskWatermark(Func<long?> free, long freeMin, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private long? _lookedAt;
    private bool _hasRoom = true;

    public bool HasRoom
    {
        get
        {
            lock (_gate)
            {
                if (_lookedAt is { } at && time.GetElapsedTime(at) < s_lookEvery) return _hasRoom;
                _lookedAt = time.GetTimestamp();
                var (bytes, had) = (free(), _hasRoom);
                _hasRoom = bytes is null || bytes >= freeMin;
                if (had && !_hasRoom) LogFull(log, bytes!.Value >> 20, freeMin >> 20);
                else if (!had && _hasRoom) LogRoom(log);
                return _hasRoom;
            }
        }
    }

    /// <summary>Of the disk that a folder lies on, which need not be there yet.</summary>
    public static long? FreeBytes(string folder)
    {
        try
        {
            return new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(Path.GetFullPath(folder))! : folder).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    [LoggerMessage(70, LogLevel.Warning, "Puts to delivery streams are refused: {FreeMiB} MiB of the disk are free, {MinMiB} are left to what else is stored")]
    private static partial void LogFull(ILogger log, long freeMiB, long minMiB);

    [LoggerMessage(71, LogLevel.Information, "Puts to delivery streams are taken again: the disk has room")]
    private static partial void LogRoom(ILogger log);
}
