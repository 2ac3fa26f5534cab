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
internal sealed partial class LogFolder(FlowSettings flow, CheckpointStore store, AgentCounters counters, TimeProvider clock, TimeSpan timeToLive, ILogger log) : IDisposable
{
    /// <summary>So long what became of a file is looked for before it is given up; a copy or a compressed file is there at once where nothing went wrong.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);

    /// <summary>A rotated file that did not grow for so long is taken for complete; what is appended later is still sent.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_noteSeen = TimeSpan.FromHours(1);

    private readonly FolderListing _listing = new(flow);
    private readonly List<TrackedLog> _logs = [];
    private readonly Dictionary<FileIdentity, (long Length, long Since)> _held = [];
    private bool _isFirst = true;

    public long Flow { get; private set; }

    /// <summary>In the order in which those of one stem are to be sent.</summary>
    public IReadOnlyList<TrackedLog> Logs => _logs;

    public FlowCheckpoints Load()
    {
        var known = store.Flow(flow.Id);
        if (known.Flow is { } id)
        {
            Flow = id;
            var now = clock.GetTimestamp();
            _logs.AddRange(known.Files.Select(f => new TrackedLog(f) { GrewAt = now, PendingSince = now }));
        }
        else
        {
            Begin();
            _isFirst = false;
        }
        return known;
    }

    public void Scan()
    {
        var files = _listing.Read(_logs.Select(l => l.Stem).ToHashSet(StringComparer.Ordinal));
        var now = clock.GetTimestamp();
        var byIdentity = files.GroupBy(f => f.Status.Identity).ToDictionary(g => g.Key, g => g.First());
        var owned = new HashSet<FileIdentity>();
        foreach (var known in _logs.Where(l => l.Checkpoint.Identity is not null))
        {
            var identity = known.Checkpoint.Identity!.Value;
            if (!byIdentity.TryGetValue(identity, out var file)) Miss(known, now);
            else if (See(known, file, now)) owned.Add(identity);
        }
        // Those that come after a compressed file of their stem wait until that may be read, or they would go first.
        var waiting = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in files.Where(f => !owned.Contains(f.Status.Identity) && !waiting.Contains(RotatedName.StemOf(f.Name))))
        {
            if (!Meet(file, now)) waiting.Add(RotatedName.StemOf(file.Name));
        }
        foreach (var held in _held.Keys.Where(k => !byIdentity.ContainsKey(k)).ToList()) _held.Remove(held);
        Settle(now);
        _isFirst = false;
    }

    /// <summary>Whether a later log of its stem took its place: nobody is to write to it any more.</summary>
    public bool IsSuperseded(TrackedLog one) => one.IsCompressed || one.IsAbsent || _logs.Exists(l => l.Id > one.Id && l.Stem == one.Stem && l.Checkpoint.State != FileState.Ignored);

    public void Save(params IReadOnlyList<TrackedLog> logs) => store.Save(Flow, [.. logs.Select(l => l.ToSave())]);

    public void Dispose()
    {
        foreach (var one in _logs) one.Close();
    }

    private long NowMs => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The flow's first start: compressed files are history, and so is what is in the others where the flow starts at their ends.</summary>
    private void Begin()
    {
        var begun = new List<FileCheckpoint>();
        foreach (var file in _listing.Read(new HashSet<string>()).Where(f => f.IsOfFlow))
        {
            var one = TrackedLog.New(file.Path, file.Status.Identity, Fingerprint.None, NowMs);
            if (file.IsGzip)
            {
                begun.Add(one with { State = FileState.Ignored });
                continue;
            }
            try
            {
                using var content = FileContent.Open(file.Path);
                // Rotated in this moment: a new file to the next scan.
                if (content.Status.Identity == file.Status.Identity) begun.Add(Begin(one, content, file.Status.Length));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A new file, once it can be read.
                CannotRead(log, file.Path, e.Message);
            }
        }
        (Flow, var ids) = store.Create(flow.Id, begun);
        Track(begun, ids);
    }

    private FileCheckpoint Begin(FileCheckpoint one, FileContent content, long length)
    {
        one = one with { Head = Fingerprint.HeadOf(content) };
        if (flow.InitialPosition == InitialPosition.StartOfFile) return one;
        var end = LogRecognition.EndOfLines(content, length);
        return one with { Offset = end, Tail = end == 0 ? Fingerprint.None : Fingerprint.TailOf(content, end) };
    }

    private void Track(IReadOnlyList<FileCheckpoint> checkpoints, IReadOnlyList<long> ids)
    {
        var now = clock.GetTimestamp();
        _logs.AddRange(checkpoints.Zip(ids, (c, id) => new TrackedLog(c with { Id = id }) { GrewAt = now }));
    }

    /// <summary>A file under the inode of a log; false where it is not that log any more.</summary>
    private bool See(TrackedLog known, SeenFile file, long now)
    {
        if (known.IsBusy)
        {
            // The one who sends it notices by itself when the bytes change; under which name they stand is no matter.
            return true;
        }
        if (known.Checkpoint.State == FileState.Ignored)
        {
            known.IsAbsent = false;
            return true;
        }
        var mustCheck = _isFirst || known.IsSuspect || known.IsAbsent
            || (!known.IsCompressed && (file.Status.Length != known.Length || known is { IsOpen: true, Content: null }));
        if (mustCheck && !LogRecognition.IsStill(known, file))
        {
            Detach(known, now);
            return false;
        }
        known.IsAbsent = false;
        known.IsSuspect = false;
        if (known is { IsOpen: true, IsCompressed: false, Content: null }) LogRecognition.TryOpen(known, file);
        var isOld = NowMs - known.Checkpoint.SeenMs > s_noteSeen.TotalMilliseconds;
        if (known.Checkpoint.Path != file.Path || isOld)
        {
            known.Checkpoint = known.Checkpoint with { Path = file.Path, SeenMs = NowMs };
            Save(known);
        }
        if (known.IsCompressed)
        {
            if (mustCheck && known.IsOpen && known.DrainedAs is null) known.GrewTo(long.MaxValue, now);
        }
        else
        {
            known.GrewTo(file.Status.Length, now);
            if (known.IsOpen) ExtendHead(known);
        }
        return true;
    }

    private static void ExtendHead(TrackedLog known)
    {
        if (known.Checkpoint.Head.Length == Fingerprint.HeadBytesMax || known.Length <= known.Checkpoint.Head.Length || known.Content is null) return;
        if (known.Fits(known.Content)) known.Checkpoint = known.Checkpoint with { Head = Fingerprint.HeadOf(known.Content) };
    }

    private void Miss(TrackedLog known, long now)
    {
        if (known.IsBusy) return;
        if (!known.IsAbsent)
        {
            known.IsAbsent = true;
            known.GrewAt = now;
            if (known.IsCompressed) known.Close();
        }
        if (known is not { IsCompressed: false, Content: { } content }) return;
        // It may have been truncated, or be another file under its inode, before it went.
        if (!known.Fits(content))
        {
            Detach(known, now);
            return;
        }
        known.IsSuspect = false;
        known.GrewTo(content.Status.Length, now);
    }

    /// <summary>The inode has other bytes now: the log lives on in a copy, if anywhere.</summary>
    private void Detach(TrackedLog known, long now)
    {
        known.Close();
        known.IsAbsent = true;
        known.IsSuspect = false;
        known.GrewAt = now;
        known.Checkpoint = known.Checkpoint with { Identity = null };
        Save(known);
        Truncated(log, known.Checkpoint.Path, known.Checkpoint.Offset);
    }

    /// <summary>A file that is no log's so far; false where it can be told at the next scan only.</summary>
    private bool Meet(SeenFile file, long now)
    {
        var stem = RotatedName.StemOf(file.Name);
        var relatives = _logs.Where(l => l.Stem == stem && l.Checkpoint.State != FileState.Ignored).ToList();
        try
        {
            using var content = FileContent.Open(file.Path);
            if (content.Status.Identity != file.Status.Identity) return false;
            var head = Fingerprint.HeadOf(content);
            // A compressed file is looked at once it does not grow any more.
            var isWhole = !file.IsGzip || (_held.TryGetValue(file.Status.Identity, out var before) && before.Length == file.Status.Length);
            var former = relatives.Find(l => LogRecognition.GoesOnIn(l, file, content));
            if (former is not null && isWhole)
            {
                GoOn(former, file, now);
            }
            else if (former is null && IsHeldBack(file, content, head, relatives))
            {
                Hold(file, now);
            }
            else if (!isWhole)
            {
                Hold(file, now);
                return former is null && !file.IsOfFlow;
            }
            else if (file.IsOfFlow) Add(TrackedLog.New(file.Path, file.Status.Identity, head, NowMs), now, file);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            // Looked at again at each scan, for as long as it is there; told once.
            if (_held.TryAdd(file.Status.Identity, (-1, now))) CannotRead(log, file.Path, e.Message);
            return !file.IsGzip || clock.GetElapsedTime(_held[file.Status.Identity].Since, now) > Grace;
        }
        return true;
    }

    private void Add(FileCheckpoint one, long now, SeenFile file)
    {
        _held.Remove(file.Status.Identity);
        Track([one], store.Add(Flow, [one]));
        _logs[^1].GrewTo(file.IsGzip ? long.MaxValue : file.Status.Length, now);
        if (one.State != FileState.Open) return;
        if (!file.IsGzip) LogRecognition.TryOpen(_logs[^1], file);
        Found(log, file.Path);
    }

    private void GoOn(TrackedLog known, SeenFile file, long now)
    {
        _held.Remove(file.Status.Identity);
        known.Checkpoint = known.Checkpoint with { Identity = file.Status.Identity, Path = file.Path, SeenMs = NowMs };
        known.IsAbsent = false;
        known.DrainedAs = null;
        known.Length = known.Checkpoint.Offset;
        known.GrewTo(file.IsGzip ? long.MaxValue : file.Status.Length, now);
        Save(known);
        GoesOn(log, file.Path, known.Checkpoint.Offset);
    }

    /// <summary>Whether it may be the copy of a log that is there as well, whole or still being made.</summary>
    private bool IsHeldBack(SeenFile file, FileContent content, Fingerprint head, List<TrackedLog> relatives)
    {
        if (file.IsGzip)
        {
            return head.Length == 0 || relatives.Exists(l => l.Checkpoint.Head.Length > 0 && l.Checkpoint.Head.Fits(content));
        }
        return !RotatedName.IsCurrent(file.Name) && relatives.Exists(l => LogRecognition.MayBeCopyOf(l, file, content));
    }

    private void Hold(SeenFile file, long now)
    {
        if (!_held.TryGetValue(file.Status.Identity, out var held) || held.Length != file.Status.Length)
        {
            _held[file.Status.Identity] = (file.Status.Length, now);
            return;
        }
        if (clock.GetElapsedTime(held.Since, now) < Grace || file.Status.Length == 0 || !file.IsOfFlow) return;
        // A copy that somebody made for himself; what it holds is sent from the log itself.
        Add(TrackedLog.New(file.Path, file.Status.Identity, Fingerprint.None, NowMs) with { State = FileState.Ignored }, now, file);
        LeftOut(log, file.Path);
    }

    /// <summary>Ends what is complete, gives up what was lost and forgets what was not seen for long.</summary>
    private void Settle(long now)
    {
        var forgotten = new List<TrackedLog>();
        foreach (var one in _logs.Where(l => !l.IsBusy))
        {
            var quiet = clock.GetElapsedTime(one.GrewAt, now);
            var isOrphan = one.IsAbsent && one.Content is null;
            if (one.IsOpen && isOrphan && quiet > Grace)
            {
                if (one.Backlog > 0 || one.Checkpoint.Identity is null || one.IsCompressed) Lost(one);
                Finish(one);
            }
            else if (one.IsOpen && !isOrphan && one.Backlog == 0 && quiet > Quiet && IsSuperseded(one))
            {
                Finish(one);
            }
            else if (!one.IsOpen && one.IsAbsent && NowMs - one.Checkpoint.SeenMs > timeToLive.TotalMilliseconds && quiet > Grace)
            {
                forgotten.Add(one);
            }
        }
        if (forgotten.Count == 0) return;
        store.Forget([.. forgotten.Select(l => l.Id)]);
        _logs.RemoveAll(forgotten.Contains);
    }

    private void Lost(TrackedLog one)
    {
        // A log that was truncated when all of it had been sent leaves nothing to look for but its copy.
        if (one.Backlog == 0)
        {
            NothingFollows(log, one.Checkpoint.Path, one.Checkpoint.Offset);
            return;
        }
        counters.FilesLost.Add(1);
        IsLost(log, one.Checkpoint.Path, one.Checkpoint.Offset);
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

    [LoggerMessage(16, LogLevel.Warning, "{Path}: no copy of what it held was found; what was written after byte {Offset} and before it was truncated, if anything, is lost")]
    private static partial void NothingFollows(ILogger log, string path, long offset);
}
