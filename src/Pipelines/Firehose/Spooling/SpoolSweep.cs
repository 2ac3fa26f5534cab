using System.Globalization;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Leases;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using Microsoft.Extensions.Logging;
using static ActorStreams.Pipelines.Leases.CoordinatorProtocol;

namespace ActorStreams.Pipelines.Firehose.Spooling;

/// <summary>
/// Clears the spool of what nobody needs: of delivery streams that are gone, of shards that are read to their end, and of batches that were finished at another
/// node. A file goes only where folder and name are those of a spool, and it was there before the question whose answer lets it go, by the file system's own clock, and in no folder that a delivery of
/// this process uses; so whoever begins anew under an old name loses nothing. Were a file of a living delivery to go all the same, it would be made again from
/// its records.
/// </summary>
/// <param name="known">Asked for all delivery streams.</param>
/// <param name="status">Asked how their shards are.</param>
internal sealed partial class SpoolSweep(
    DeliveryServices deliveries, Func<CancellationToken, Task<DeliveryProtocol.Deliveries>> known, Func<CancellationToken, Task<PipelinesStatus>> status, TimeProvider time)
{
    private const string Marker = ".swept";

    /// <summary>The coordinator may not be there yet.</summary>
    private static readonly TimeSpan s_retryInterval = TimeSpan.FromSeconds(5);

    /// <summary>What a person sends again is written all the time.</summary>
    private static readonly TimeSpan s_redriveSilence = TimeSpan.FromHours(1);

    // How the consumers were that run elsewhere, of shards whose folders lie here.
    private readonly Dictionary<string, Elsewhere> _elsewhere = new(StringComparer.Ordinal);

    /// <summary>At once, and from time to time; until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                var isDone = await TrySweepAsync(stop);
                await Task.Delay(isDone ? deliveries.SweepInterval : s_retryInterval, time, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The node ends.
        }
    }

    public async Task SweepAsync(CancellationToken cancel)
    {
        var root = new DirectoryInfo(deliveries.SpoolFolder);
        // Mostly there is nothing else, and nobody is asked.
        var idle = Folders(root).Where(f => !deliveries.SpoolUse.IsUsed(f.FullName)).ToList();
        if (idle.Count == 0) return;
        var before = Mark(root);
        var streams = (await known(cancel)).Definitions.Select(d => (d.Region, d.Stream)).ToHashSet();
        var applications = (await status(cancel)).Applications.ToDictionary(a => a.Name, StringComparer.Ordinal);
        foreach (var folder in idle)
        {
            var (region, stream) = (folder.Parent!.Parent!.Name, folder.Parent.Name);
            var application = applications.GetValueOrDefault(DeliveryDefinition.ApplicationOf(region, stream));
            if ((streams.Contains((region, stream)) ? UnneededOf(folder, application, before) : Unneeded.Whole) is not { } unneeded) continue;
            var cleared = Clear(folder, unneeded, before);
            if (cleared > 0) LogCleared(deliveries.Log, cleared, stream, region, folder.Name);
        }
    }

    private async Task<bool> TrySweepAsync(CancellationToken stop)
    {
        try
        {
            await SweepAsync(stop);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
        catch (Exception e) when (e is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            // Nobody waits for it, so that whatever it is would end the clearing unseen.
            LogFailed(deliveries.Log, e);
            return true;
        }
    }

    /// <summary>Of a shard each, or of what a person sends again.</summary>
    private static IEnumerable<DirectoryInfo> Folders(DirectoryInfo root) => root.Exists
        ? root.EnumerateDirectories().SelectMany(r => r.EnumerateDirectories()).SelectMany(s => s.EnumerateDirectories())
            .Where(f => f.Name.StartsWith(Spool.RedrivePrefix, StringComparison.Ordinal) || TryParse(f.Name, out _, out _))
        : [];

    /// <summary>Now, by the clock of whoever keeps the files.</summary>
    private static DateTime Mark(DirectoryInfo root)
    {
        var marker = Path.Combine(root.FullName, Marker);
        File.WriteAllText(marker, "");
        return File.GetLastWriteTimeUtc(marker);
    }

    /// <summary>What of a folder nobody needs, of a delivery stream that is there; null for nothing.</summary>
    private Unneeded? UnneededOf(DirectoryInfo folder, ApplicationStatus? application, DateTime before)
    {
        // It is over, or was killed.
        if (folder.Name.StartsWith(Spool.RedrivePrefix, StringComparison.Ordinal))
            return folder.EnumerateFiles().All(f => before - f.LastWriteTimeUtc > s_redriveSilence) && before - folder.LastWriteTimeUtc > s_redriveSilence ? Unneeded.Whole : null;
        if (application is not { Leases: [var any, ..] } || !TryParse(folder.Name, out var incarnation, out var shard)) return null;
        // The stream was deleted and made anew.
        if (incarnation.CompareTo(any.Shard.Incarnation) < 0) return Unneeded.Whole;
        if (incarnation != any.Shard.Incarnation || application.Leases.FirstOrDefault(l => l.Shard.Shard == shard) is not { } lease) return null;
        if (!lease.Lease.IsOpen) return Unneeded.Whole;
        if (lease.Consumer is not { } consumer) return null;
        var seen = Look(folder.FullName, consumer, HasDoneAll(lease));
        // The folder stays: where the spool is shared it is at work in it, and has files there for moments only.
        return seen.Looks > 1 ? new Unneeded(file => Spool.EpochOf(file) < seen.Epoch, IsFolder: false) : null;
    }

    /// <summary>
    /// A consumer elsewhere may be at a batch whose files lie here, until it is beyond where it was seen first, or has done all there is; that it is becomes durable
    /// by the next look.
    /// </summary>
    private Elsewhere Look(string folder, ConsumerProtocol.ConsumerStatus consumer, bool hasDoneAll)
    {
        if (!_elsewhere.TryGetValue(folder, out var seen) || seen.Epoch != consumer.Epoch) seen = new Elsewhere(consumer.Epoch, consumer.Checkpoint, 0);
        if (hasDoneAll || consumer.Checkpoint.CompareTo(seen.Checkpoint) > 0) seen = seen with { Looks = seen.Looks + 1 };
        return _elsewhere[folder] = seen;
    }

    /// <summary>By what was heard since the look before: of a node that is gone nothing becomes durable.</summary>
    private bool HasDoneAll(LeaseStatus lease) =>
        lease is { Consumer: { Phase: ConsumerProtocol.ConsumerPhase.Running, LagMs: 0 }, HeardAgoMs: { } agoMs } && agoMs < deliveries.SweepInterval.TotalMilliseconds;

    private int Clear(DirectoryInfo folder, Unneeded unneeded, DateTime before)
    {
        var cleared = 0;
        deliveries.SpoolUse.TryClear(folder.FullName, () =>
        {
            foreach (var file in folder.EnumerateFiles().Where(f => f.LastWriteTimeUtc < before && Spool.IsFile(f.Name) && unneeded.IsFile(f.Name)))
            {
                file.Delete();
                cleared++;
            }
        });
        if (!unneeded.IsFolder) return cleared;
        for (DirectoryInfo? empty = folder; empty is not null && empty.FullName != deliveries.SpoolFolder && !empty.EnumerateFileSystemInfos().Any(); empty = empty.Parent)
        {
            if (!deliveries.SpoolUse.TryClear(empty.FullName, empty.Delete)) break;
        }
        return cleared;
    }

    private static bool TryParse(string name, out Incarnation incarnation, out int shard)
    {
        var dash = name.IndexOf('-', StringComparison.Ordinal);
        shard = 0;
        incarnation = default;
        return dash > 0 && Incarnation.TryParse(name.AsSpan(0, dash), out incarnation) && int.TryParse(name.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out shard);
    }

    [LoggerMessage(63, LogLevel.Information, "{Files} files of the spool that nobody needs any more were deleted: delivery stream {Stream} in {Region}, {Folder}")]
    private static partial void LogCleared(ILogger log, int files, string stream, string region, string folder);

    [LoggerMessage(64, LogLevel.Warning, "The spool cannot be cleared of what nobody needs any more; it is tried again")]
    private static partial void LogFailed(ILogger log, Exception cause);

    /// <param name="Looks">That found it beyond where it was first seen, or with nothing to do.</param>
    private sealed record Elsewhere(long Epoch, ShardPosition Checkpoint, int Looks);

    /// <param name="IsFile">By its name.</param>
    /// <param name="IsFolder">The folder too, once it is empty.</param>
    private sealed record Unneeded(Func<string, bool> IsFile, bool IsFolder)
    {
        public static readonly Unneeded Whole = new(_ => true, IsFolder: true);
    }
}
