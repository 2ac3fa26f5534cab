using ActorStreams.Agent.Checkpoints;
using ActorStreams.Agent.Configuration;
using ActorStreams.Agent.Files;
using Microsoft.Extensions.Logging;

namespace ActorStreams.Agent.Tailing;

/// <summary>A log that is to be sent now.</summary>
/// <param name="End">How much of its end may be taken.</param>
/// <param name="IsDue">Whether what does not fill a batch goes as well.</param>
/// <param name="To">Where it is taken to end for now. What has been written behind that may have come after something in an older log.</param>
internal sealed record DueLog(TrackedLog Log, EndOfFile End, bool IsDue, long To = long.MaxValue);

/// <summary>
/// One flow: looks through its folder at each poll and sends what is due. Logs of one stem go one after another, the older first and each to its end; others at
/// the same time, as far as there are lanes. What can't be sent to its end, since it can't be read or somebody still writes a line to it, holds the
/// following up for <see cref="LogFolder.Grace"/> and no longer.
/// </summary>
internal sealed partial class FlowTailer(FlowSettings flow, LogFolder folder, CheckpointStore store, LogSender sender, TimeProvider clock, ILogger log) : IDisposable
{
    private readonly Lanes _lanes = new(folder, store);
    private readonly Dictionary<Task, TrackedLog> _sending = [];
    private readonly byte[] _counting = new byte[64 * 1024];
    private bool _hasLoaded;

    public IReadOnlyList<TrackedLog> Logs => folder.Logs;

    /// <summary>Runs until it is told to stop and what was under way has ended.</summary>
    public async Task RunAsync(CancellationToken stop, CancellationToken abort)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                await ReapAsync();
                Pass(stop, abort);
                var poll = Task.Delay(flow.PollInterval, clock, stop);
                await Task.WhenAny([poll, .. _sending.Keys]);
                // Where one has ended there may be more to do at once, but the folder is not looked through more often than asked.
                if (!poll.IsCompleted) await Task.WhenAny(poll);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // A put waited for another try; it is made at the next start.
        }
        finally
        {
            await EndAsync(stop);
        }
    }

    /// <summary>Looks through the folder once and sends what is due until nothing is.</summary>
    public async Task SendDueAsync(CancellationToken cancel)
    {
        do
        {
            await Task.WhenAll(_sending.Keys);
            await ReapAsync();
        }
        while (Pass(cancel, cancel) > 0);
    }

    public void Dispose()
    {
        folder.Dispose();
        sender.Dispose();
    }

    private int Pass(CancellationToken stop, CancellationToken abort)
    {
        try
        {
            if (!_hasLoaded) _lanes.Load(folder.Load());
            _hasLoaded = true;
            folder.Scan();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            CannotLook(log, flow.Directory, e.Message);
            return 0;
        }
        var begun = 0;
        foreach (var due in Due(clock.GetTimestamp()).ToList())
        {
            if (!_lanes.TryTake(due.Log)) continue;
            due.Log.IsBusy = true;
            _sending[Task.Run(() => sender.SendAsync(due, stop, abort), CancellationToken.None)] = due.Log;
            begun++;
        }
        return begun;
    }

    private IEnumerable<DueLog> Due(long now)
    {
        foreach (var stem in folder.Logs.Where(l => l.IsOpen).GroupBy(l => l.Stem, StringComparer.Ordinal))
        {
            if (NextOf(stem.OrderBy(l => l.IsWrittenNow), now) is { } due) yield return due;
        }
    }

    /// <summary>The first that is not sent to its end, if that may go now.</summary>
    private DueLog? NextOf(IEnumerable<TrackedLog> stem, long now)
    {
        var hasOlder = false;
        foreach (var one in stem)
        {
            if (one.IsBusy) return null;
            // What it held comes before what took its place, as long as it may be found.
            if (folder.IsSought(one, now)) return null;
            if (one.IsOrphan) continue;
            if (folder.IsToWait(one, now)) return null;
            // A later one is sent up to where the scan saw it: what was written to this one before that is there by now.
            var to = hasOlder ? one.Length : long.MaxValue;
            if (!one.IsWrittenNow) folder.Refresh(one, now);
            if (one.Backlog == 0) one.HoldsUp = null;
            else if (one.IsSuspect || one.RetryAt > now)
            {
                if (HoldsUp(one, now)) return null;
            }
            else if (Due(one, now) is { } due) return due with { To = to };
            else if (one.DrainedAs is null || (one.DrainedAs < EndOfFile.TakesAll && folder.IsSuperseded(one) && HoldsUp(one, now))) return null;
            hasOlder = true;
        }
        return null;
    }

    private bool HoldsUp(TrackedLog one, long now)
    {
        var (since, isOver) = one.HoldsUp ?? (now, false);
        var isNowOver = clock.GetElapsedTime(since, now) > LogFolder.Grace;
        if (isNowOver && !isOver) PassedBy(log, one.Checkpoint.Path, LogFolder.Grace.TotalSeconds, one.Checkpoint.Offset);
        one.HoldsUp = (since, isNowOver);
        return !isNowOver;
    }

    private DueLog? Due(TrackedLog one, long now)
    {
        if (one.IsCompressed) return one.DrainedAs is null ? new DueLog(one, EndOfFile.TakesAll, IsDue: true) : null;
        var isSuperseded = folder.IsSuperseded(one);
        var isQuiet = clock.GetElapsedTime(one.GrewAt, now) > LogFolder.Quiet;
        if (one.DrainedAs is null)
        {
            var isOld = one.PendingSince is { } since && clock.GetElapsedTime(since, now) >= flow.BufferAgeMax;
            var isDue = isSuperseded || isOld;
            return isDue || one.Backlog >= flow.BufferBytesMax || LinesOf(one) >= flow.BufferRecordsMax ? new DueLog(one, EndOfFile.Waits, isDue) : null;
        }
        if (isSuperseded && isQuiet) return one.DrainedAs < EndOfFile.TakesAll ? new DueLog(one, EndOfFile.TakesAll, IsDue: true) : null;
        // The last record of several lines has no end but the next one's beginning; after its time it goes without.
        var mayTakeLines = flow.MultiLineStartPattern is not null || flow.AggregatedRecordBytes > 0;
        var isAged = clock.GetElapsedTime(one.GrewAt, now) >= flow.BufferAgeMax;
        return mayTakeLines && isAged && one.DrainedAs < EndOfFile.TakesLines ? new DueLog(one, EndOfFile.TakesLines, IsDue: true) : null;
    }

    /// <summary>Lines that were not sent, up to as many as make a batch; each byte is counted once.</summary>
    private int LinesOf(TrackedLog one)
    {
        if (one.Content is null) return flow.BufferRecordsMax;
        var (offset, to, lines) = one.Counted.Offset == one.Checkpoint.Offset ? one.Counted : (one.Checkpoint.Offset, one.Checkpoint.Offset, 0);
        while (to < one.Length && lines < flow.BufferRecordsMax && one.Content.Read(_counting, to) is > 0 and var read)
        {
            lines += _counting.AsSpan(0, read).Count((byte)'\n');
            to += read;
        }
        one.Counted = (offset, to, lines);
        return lines;
    }

    private async Task ReapAsync()
    {
        foreach (var (task, one) in _sending.Where(s => s.Key.IsCompleted).ToList())
        {
            _sending.Remove(task);
            one.IsBusy = false;
            await task;
        }
    }

    private async Task EndAsync(CancellationToken stop)
    {
        try
        {
            await Task.WhenAll(_sending.Keys);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // What was not answered is sent again at the next start.
        }
    }

    [LoggerMessage(31, LogLevel.Warning, "{Path} cannot be sent to its end for {Seconds} s: what follows it goes on without what it holds after byte {Offset}")]
    private static partial void PassedBy(ILogger log, string path, double seconds, long offset);

    [LoggerMessage(30, LogLevel.Warning, "{Directory} cannot be looked through now: {Why}")]
    private static partial void CannotLook(ILogger log, string directory, string why);
}
