using ActorStreams.Agent.Checkpoints;
using ActorStreams.Agent.Configuration;
using ActorStreams.Agent.Files;
using ActorStreams.Agent.Reporting;
using Microsoft.Extensions.Logging;

namespace ActorStreams.Agent.Tailing;

/// <summary>
/// The logs of a flow, followed through rotation. A log is known by the inode of its file together with its first bytes and the last ones that were read:
/// <code>
/// renamed               same inode, other name                       goes on
/// copied and truncated  the inode does not fit any more              a new log at the inode; the old one goes on in the copy, found by its bytes
/// compressed            inode gone, a .gz that unpacked fits         goes on in the .gz, at the same offset
/// removed               inode gone, file still held open             read to its end
/// inode used again      the inode does not fit                       a new log
/// </code>
/// A file that begins like a log which is still being written may become its copy and is held back until that is told.
/// </summary>
internal sealed partial class LogFolder : IDisposable
{
    /// <summary>So long what became of a file is looked for before it is given up; a copy or a compressed file is there at once where nothing went wrong.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);

    /// <summary>A rotated file that did not grow for so long is taken for complete; what is appended later is still sent.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_noteSeen = TimeSpan.FromHours(1);

    private readonly FlowSettings _flow;
    private readonly CheckpointStore _store;
    private readonly AgentCounters _counters;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _timeToLive;
    private readonly ILogger _log;
    private readonly FolderListing _listing;
    private readonly List<TrackedLog> _logs;
    private readonly Arrivals _arrivals;
    private Dictionary<FileIdentity, int> _places = [];
    private long _scans;

    public LogFolder(FlowSettings flow, CheckpointStore store, AgentCounters counters, TimeProvider clock, TimeSpan timeToLive, ILogger log)
    {
        (_flow, _store, _counters, _clock, _timeToLive, _log) = (flow, store, counters, clock, timeToLive, log);
        _listing = new FolderListing(flow);
        _logs = [];
        _arrivals = new Arrivals(_logs, clock, log);
    }

    public long Flow { get; private set; }

    /// <summary>In the order in which those of one stem are to be sent, but that what is written now comes last.</summary>
    public IReadOnlyList<TrackedLog> Logs => _logs;

    public FlowCheckpoints Load()
    {
        var known = _store.Flow(_flow.Id);
        if (known.Flow is { } id)
        {
            Flow = id;
            var now = _clock.GetTimestamp();
            _logs.AddRange(known.Files.Select(f => new TrackedLog(f) { GrewAt = now, PendingSince = now }));
        }
        else
        {
            Begin();
        }
        return known;
    }

    public void Scan()
    {
        _scans++;
        var files = _listing.Read(_logs.Select(l => l.Stem).ToHashSet(StringComparer.Ordinal));
        var now = _clock.GetTimestamp();
        var byIdentity = files.GroupBy(f => f.Status.Identity).ToDictionary(g => g.Key, g => g.First());
        _places = files.Index().GroupBy(f => f.Item.Status.Identity).ToDictionary(g => g.Key, g => g.First().Index);
        var owned = new HashSet<FileIdentity>();
        foreach (var known in _logs.Where(l => l.Checkpoint.Identity is not null))
        {
            var identity = known.Checkpoint.Identity!.Value;
            if (!byIdentity.TryGetValue(identity, out var file)) Miss(known, now);
            else if (See(known, file, now)) owned.Add(identity);
        }
        foreach (var copy in _logs.Where(l => l is { Checkpoint: { State: FileState.Ignored, Identity: not null }, IsAbsent: false }).ToList())
        {
            var file = byIdentity[copy.Checkpoint.Identity!.Value];
            if (_arrivals.FormerOf(file) is not { } former) continue;
            Detach(copy, now);
            GoOn(former, file, now);
        }
        foreach (var arrival in _arrivals.Tell([.. files.Where(f => !owned.Contains(f.Status.Identity))], now))
        {
            switch (arrival)
            {
                case Arrival.GoesOn(var known, var file):
                    GoOn(known, file, now);
                    break;
                case Arrival.New(var file, var head):
                    Add(TrackedLog.New(file.Path, file.Status.Identity, head, NowMs), now, file);
                    break;
                case Arrival.Copy(var file, var head):
                    Add(TrackedLog.New(file.Path, file.Status.Identity, head, NowMs) with { State = FileState.Ignored }, now, file);
                    LeftOut(_log, file.Path);
                    break;
            }
        }
        Settle(now);
    }

    /// <summary>Whether another log of its stem took its place: nobody is to write to it any more.</summary>
    public bool IsSuperseded(TrackedLog one) => one.IsCompressed || one.IsAbsent || (!one.IsWrittenNow && _logs.Exists(l => Supersedes(l, one)));

    /// <summary>
    /// Whether a log that is gone may still be found. A copy is complete before its log is truncated, so where all that was seen of it is sent and the next
    /// scan finds nothing, there was none.
    /// </summary>
    public bool IsSought(TrackedLog one, long now) => one.IsOrphan && (one.Backlog > 0 || one.GoneInScan == _scans || _arrivals.IsHeld(one.Stem, now));

    /// <summary>
    /// Whether it has not begun and has to wait until it is told what another file of its stem is. It may be older: a log that was empty when it was last seen fits
    /// what it is found to hold, whatever was copied and truncated since, or written elsewhere and given its inode.
    /// </summary>
    public bool IsToWait(TrackedLog one, long now) => one.Checkpoint is { Offset: 0, Lane: null } && _arrivals.IsUntold(one.Stem, now);

    /// <summary>What was written to a rotated log since the scan, by one who then went on to the next.</summary>
    public void Refresh(TrackedLog one, long now)
    {
        if (one is { IsBusy: false, IsCompressed: false, Content: { } content } && content.Status.Length is var length && length > one.Length) one.GrewTo(length, now);
    }

    public void Save(params IReadOnlyList<TrackedLog> logs) => _store.Save(Flow, [.. logs.Select(l => l.ToSave())]);

    public void Dispose()
    {
        foreach (var one in _logs) one.Close();
    }

    private static bool Supersedes(TrackedLog other, TrackedLog one) =>
        other != one && other.Stem == one.Stem && other.Checkpoint.State != FileState.Ignored && (other.Id > one.Id || other.IsWrittenNow);

    private long NowMs => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    private void Begin()
    {
        var begun = new List<FileCheckpoint>();
        foreach (var file in _listing.Read(new HashSet<string>()).Where(f => f.IsOfFlow))
        {
            try
            {
                if (FirstStart.Begin(file, _flow.InitialPosition, NowMs) is { } one) begun.Add(one);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                CannotRead(_log, file.Path, e.Message);
            }
        }
        (Flow, var ids) = _store.Create(_flow.Id, begun);
        var now = _clock.GetTimestamp();
        _logs.AddRange(begun.Zip(ids, (c, id) => new TrackedLog(c with { Id = id }) { GrewAt = now }));
    }

    /// <summary>A file under the inode of a log; false where it is not that log any more.</summary>
    private bool See(TrackedLog known, SeenFile file, long now)
    {
        known.SeenName = file.Name;
        if (known.IsBusy)
        {
            // The one who sends it notices by itself when the bytes change; under which name they stand is no matter.
            return true;
        }
        var seen = (file.Status.Length, file.Status.ModifiedAt);
        var isChanged = known.SeenAs is { } before && before != seen;
        var mustCheck = known.SeenAs != seen || known.IsSuspect || known.IsAbsent || known is { IsOpen: true, IsCompressed: false, Content: null };
        if ((mustCheck && !LogRecognition.IsStill(known, file)) || IsOtherThanEmpty(known, file))
        {
            Detach(known, now);
            return false;
        }
        known.SeenAs = seen;
        known.IsAbsent = false;
        known.IsSuspect = false;
        if (known is { IsOpen: true, IsCompressed: false, Content: null }) LogRecognition.TryOpen(known, file);
        var isOld = NowMs - known.Checkpoint.SeenMs > s_noteSeen.TotalMilliseconds;
        if (known.Checkpoint.Path != file.Path || isOld)
        {
            // Who writes to it may not know yet that it was renamed.
            if (known.Checkpoint.Path != file.Path) known.GrewAt = now;
            known.Checkpoint = known.Checkpoint with { Path = file.Path, SeenMs = NowMs };
            Save(known);
        }
        if (known.Checkpoint.State == FileState.Ignored) return true;
        if (known.IsCompressed)
        {
            if (isChanged || (mustCheck && known.IsOpen && known.DrainedAs is null)) known.GrewTo(long.MaxValue, now);
        }
        else
        {
            known.GrewTo(file.Status.Length, now);
            if (known.IsOpen) ExtendHead(known);
        }
        return true;
    }

    /// <summary>
    /// A log that never held anything fits every file. Once another took its place, what stands under a new name at its inode is no later part of it.
    /// </summary>
    private bool IsOtherThanEmpty(TrackedLog known, SeenFile file) =>
        known.Checkpoint is { Offset: 0, Head.Length: 0, State: not FileState.Ignored } && known.Checkpoint.Path != file.Path && (file.IsCurrent || file.Status.Length > 0) && IsSuperseded(known);

    private static void ExtendHead(TrackedLog known)
    {
        if (known.Checkpoint.Head.Length == Fingerprint.HeadBytesMax || known.Length <= known.Checkpoint.Head.Length || known.Content is null) return;
        if (known.Fits(known.Content)) known.Checkpoint = known.Checkpoint with { Head = Fingerprint.HeadOf(known.Content) };
    }

    private void Miss(TrackedLog known, long now)
    {
        known.SeenName = null;
        if (known.IsBusy) return;
        if (known is { IsCompressed: false, Content: { } held } && (known.IsSuspect || !known.IsAbsent || held.Status.Length != known.Length) && !known.Fits(held))
        {
            // Truncated, or another file under its inode, and then that went away as well.
            Detach(known, now);
            return;
        }
        known.IsSuspect = false;
        if (!known.IsAbsent) (known.IsAbsent, known.GrewAt, known.GoneInScan) = (true, now, _scans);
        if (known is not { IsCompressed: false, Content: { } content }) return;
        known.GrewTo(content.Status.Length, now);
        // Of one that was empty the compressed file would not be known.
        ExtendHead(known);
    }

    /// <summary>The inode has other bytes now: the log lives on in a copy, if anywhere.</summary>
    private void Detach(TrackedLog known, long now)
    {
        known.Close();
        (known.IsAbsent, known.IsSuspect, known.GrewAt, known.GoneInScan, known.SeenAs) = (true, false, now, _scans, null);
        known.Checkpoint = known.Checkpoint with { Identity = null };
        Save(known);
        if (known.IsOpen) Truncated(_log, known.Checkpoint.Path, known.Checkpoint.Offset);
    }

    private void Add(FileCheckpoint one, long now, SeenFile file)
    {
        foreach (var older in _logs.Where(l => l.Stem == file.Stem && !l.IsOrphan)) older.GrewAt = now;
        var added = new TrackedLog(one with { Id = _store.Add(Flow, one, NextOf(file)?.Id) }) { GrewAt = now };
        var at = _logs.FindIndex(l => l.Id > added.Id);
        _logs.Insert(at < 0 ? _logs.Count : at, added);
        added.GrewTo(file.IsGzip ? long.MaxValue : file.Status.Length, now);
        if (one.State != FileState.Open) return;
        if (!file.IsGzip) LogRecognition.TryOpen(added, file);
        Found(_log, file.Path);
    }

    /// <summary>
    /// The log before which a new one belongs, though it was found first: what is written now is younger than what was rotated; and one that was empty when it
    /// was seen may have been copied and truncated before it was renamed.
    /// </summary>
    private TrackedLog? NextOf(SeenFile file) => file.IsCurrent
        ? null
        : Enumerable.Reverse(_logs).Where(l => l.Stem == file.Stem && l.Checkpoint.State != FileState.Ignored).TakeWhile(l => ComesAfter(l, file)).LastOrDefault();

    private bool ComesAfter(TrackedLog one, SeenFile file) => one.IsWrittenNow
        || (one is { IsBusy: false, Checkpoint: { Offset: 0, Lane: null, Identity: { } identity } } && _places.TryGetValue(identity, out var place) && place > _places[file.Status.Identity]);

    private void GoOn(TrackedLog known, SeenFile file, long now)
    {
        known.Checkpoint = known.Checkpoint with { Identity = file.Status.Identity, Path = file.Path, SeenMs = NowMs };
        (known.IsAbsent, known.SeenName, known.SeenAs) = (false, file.Name, null);
        known.DrainedAs = null;
        known.Length = known.Checkpoint.Offset;
        known.GrewTo(file.IsGzip ? long.MaxValue : file.Status.Length, now);
        if (!file.IsGzip) LogRecognition.TryOpen(known, file);
        Save(known);
        GoesOn(_log, file.Path, known.Checkpoint.Offset);
    }

    /// <summary>Ends what is complete, gives up what was lost and forgets what was not seen for long.</summary>
    private void Settle(long now)
    {
        var forgotten = new List<TrackedLog>();
        foreach (var one in _logs.Where(l => !l.IsBusy))
        {
            var quiet = _clock.GetElapsedTime(one.GrewAt, now);
            if (one.IsOpen && one.IsOrphan && quiet > Grace)
            {
                if (one.Backlog > 0 || one.Checkpoint.Identity is null || one.IsCompressed) Lost(one);
                Finish(one);
            }
            else if (one.IsOpen && !one.IsOrphan && (one.Backlog == 0 || one.DrainedAs == EndOfFile.TakesAll) && quiet > Quiet && IsSuperseded(one))
            {
                Finish(one);
            }
            else if (!one.IsOpen && one.IsAbsent && NowMs - one.Checkpoint.SeenMs > _timeToLive.TotalMilliseconds && quiet > Grace)
            {
                forgotten.Add(one);
            }
        }
        if (forgotten.Count == 0) return;
        _store.Forget([.. forgotten.Select(l => l.Id)]);
        _logs.RemoveAll(forgotten.Contains);
    }

    private void Lost(TrackedLog one)
    {
        // A log that was truncated when all of it had been sent leaves nothing to look for but its copy.
        if (one.Backlog == 0)
        {
            NothingFollows(_log, one.Checkpoint.Path, one.Checkpoint.Offset);
            return;
        }
        _counters.FilesLost.Add(1);
        IsLost(_log, one.Checkpoint.Path, one.Checkpoint.Offset);
    }

    private void Finish(TrackedLog one)
    {
        one.Close();
        one.Checkpoint = one.Checkpoint with { State = FileState.Finished, Lane = null, Cuts = [], SeenMs = NowMs };
        one.IsSettled = true;
        Save(one);
    }

    [LoggerMessage(10, LogLevel.Information, "{Path} is a new file")]
    private static partial void Found(ILogger log, string path);

    [LoggerMessage(11, LogLevel.Information, "{Path} was truncated or replaced; {Offset} bytes of what it held are sent, the rest is looked for in its copy")]
    private static partial void Truncated(ILogger log, string path, long offset);

    [LoggerMessage(12, LogLevel.Information, "{Path} holds a known log, which goes on there from byte {Offset}")]
    private static partial void GoesOn(ILogger log, string path, long offset);

    [LoggerMessage(13, LogLevel.Warning, "{Path} cannot be read now: {Why}")]
    private static partial void CannotRead(ILogger log, string path, string why);

    [LoggerMessage(14, LogLevel.Warning, "{Path} is a copy of a log that is sent itself, and is left out")]
    private static partial void LeftOut(ILogger log, string path);

    [LoggerMessage(15, LogLevel.Error, "{Path} went away before it was read to its end: what it held after byte {Offset} is lost, unless it comes back")]
    private static partial void IsLost(ILogger log, string path, long offset);

    [LoggerMessage(16, LogLevel.Warning, "{Path}: no copy of what it held was found; what was written after byte {Offset} and before it was truncated or replaced, if anything, is lost")]
    private static partial void NothingFollows(ILogger log, string path, long offset);
}
