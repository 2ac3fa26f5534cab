using ActorStreams.Agent.Files;
using Microsoft.Extensions.Logging;

namespace ActorStreams.Agent.Tailing;

/// <summary>What became known of a file that was no log's.</summary>
internal abstract record Arrival(SeenFile File)
{
    /// <summary>It holds a log whose own file is gone.</summary>
    internal sealed record GoesOn(TrackedLog Known, SeenFile File) : Arrival(File);

    internal sealed record New(SeenFile File, Fingerprint Head) : Arrival(File);

    /// <summary>What it holds is sent from the log itself.</summary>
    internal sealed record Copy(SeenFile File, Fingerprint Head) : Arrival(File);
}

/// <summary>
/// Tells what files are that belong to no log yet. Until that can be told a file is held; what is new of its stem waits for it, at most for
/// <see cref="LogFolder.Grace"/>, or a newer file would go before an older one.
/// </summary>
internal sealed partial class Arrivals(IReadOnlyList<TrackedLog> logs, TimeProvider clock, ILogger log)
{
    private readonly Dictionary<FileIdentity, Held> _held = [];

    private enum Verdict
    {
        GoesOn = 1,
        New = 2,
        Copy = 3,

        /// <summary>Perhaps a copy of a log that is there itself, so what it holds has its place already.</summary>
        Held = 4,

        Untold = 5,
    }

    /// <summary>Whether a file of the stem may still turn out to be anything.</summary>
    public bool IsHeld(string stem, long now) => _held.Values.Any(h => h.Stem == stem && IsYoung(h, now));

    /// <summary>Whether a file of the stem is still to be told, before which nothing that has not begun may go.</summary>
    public bool IsUntold(string stem, long now) => _held.Values.Any(h => h.Stem == stem && h.IsUntold && IsYoung(h, now));

    /// <summary>One after another: each has to be taken up before the next is asked for, which may be the same log's.</summary>
    /// <param name="files">In order, the older first.</param>
    public IEnumerable<Arrival> Tell(IReadOnlyList<SeenFile> files, long now)
    {
        var there = files.Select(f => f.Status.Identity).ToHashSet();
        foreach (var gone in _held.Keys.Where(k => !there.Contains(k)).ToList()) _held.Remove(gone);
        // What goes on with a known log is found before anything is taken for new, whatever the times of the files say.
        var perhapsNew = new List<SeenFile>();
        var waiting = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            var (verdict, former, head) = Look(file, null, now);
            if (verdict == Verdict.New) perhapsNew.Add(file);
            if (verdict == Verdict.Untold && IsYoung(_held[file.Status.Identity], now)) waiting.Add(file.Stem);
            if (verdict is not (Verdict.GoesOn or Verdict.Copy)) continue;
            _held.Remove(file.Status.Identity);
            yield return verdict == Verdict.GoesOn ? new Arrival.GoesOn(former!, file) : new Arrival.Copy(file, head);
        }
        foreach (var file in perhapsNew.Where(f => !waiting.Contains(f.Stem)))
        {
            // Those before it are logs by now. That which is written now comes after it, and it may be its copy.
            var current = file.IsCurrent ? null : perhapsNew.Find(f => f.IsCurrent && f.Stem == file.Stem);
            var (verdict, _, head) = Look(file, current, now);
            if (verdict != Verdict.New || !file.IsOfFlow) continue;
            _held.Remove(file.Status.Identity);
            yield return new Arrival.New(file, head);
        }
    }

    /// <summary>The log that is looked for and goes on in a file that was taken for a mere copy.</summary>
    public TrackedLog? FormerOf(SeenFile copy)
    {
        if (!logs.Any(l => l.Stem == copy.Stem && l.IsOpen && l.IsOrphan)) return null;
        try
        {
            using var content = FileContent.Open(copy.Path);
            return content.Status.Identity == copy.Status.Identity ? Former(copy, content) : null;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            // Looked at again at the next scan.
            return null;
        }
    }

    private bool IsYoung(Held held, long now) => clock.GetElapsedTime(held.First, now) <= LogFolder.Grace;

    private TrackedLog? Former(SeenFile file, FileContent content) => Relatives(file).FirstOrDefault(l => LogRecognition.GoesOnIn(l, file, content));

    private IEnumerable<TrackedLog> Relatives(SeenFile file) => logs.Where(l => l.Stem == file.Stem && l.Checkpoint.State != Checkpoints.FileState.Ignored);

    private (Verdict Verdict, TrackedLog? Former, Fingerprint Head) Look(SeenFile file, SeenFile? current, long now)
    {
        try
        {
            using var content = FileContent.Open(file.Path);
            // Another one came to the name since the folder was listed, or it was truncated and its copy, which is older than what it has now, is in no list yet.
            var status = content.Status;
            if (status.Identity != file.Status.Identity || status.Length < file.Status.Length) return (Hold(file, Verdict.Untold, now), null, Fingerprint.None);
            var head = Fingerprint.HeadOf(content);
            // A compressed file is looked at once it does not grow any more.
            var isWhole = !file.IsGzip || (_held.TryGetValue(file.Status.Identity, out var before) && before.Length == file.Status.Length);
            if (Former(file, content) is { } former) return (isWhole ? Verdict.GoesOn : Hold(file, Verdict.Untold, now), former, head);
            return (file.IsGzip ? LookAtCompressed(file, content, head, isWhole, now) : LookAtPlain(file, content, current, now), null, head);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            // Looked at again at each scan, for as long as it is there; told once, and not of one that is still being compressed.
            var isSame = _held.TryGetValue(file.Status.Identity, out var held) && held.Length == file.Status.Length;
            var verdict = Hold(file, Verdict.Untold, now);
            if (!isSame || held!.IsTold) return (verdict, null, Fingerprint.None);
            _held[file.Status.Identity] = _held[file.Status.Identity] with { IsTold = true };
            CannotRead(log, file.Path, e.Message);
            return (verdict, null, Fingerprint.None);
        }
    }

    /// <summary>It may be the copy of a log that is there as well, whole or still being made.</summary>
    private Verdict LookAtPlain(SeenFile file, FileContent content, SeenFile? current, long now)
    {
        if (file.IsCurrent) return Verdict.New;
        var answers = Relatives(file).Select(l => LogRecognition.IsCopyOf(l, file, content)).ToList();
        if (current is not null)
        {
            var begun = new TrackedLog(TrackedLog.New(current.Path, current.Status.Identity, Fingerprint.None, 0));
            LogRecognition.TryOpen(begun, current);
            using (begun.Content) answers.Add(LogRecognition.IsCopyOf(begun, file, content));
        }
        if (answers.Contains(true)) return Hold(file, Verdict.Copy, now);
        if (!answers.Contains(null)) return Verdict.New;
        return Hold(file, file.Status.Length == 0 ? Verdict.Held : Verdict.Untold, now);
    }

    private Verdict LookAtCompressed(SeenFile file, FileContent content, Fingerprint head, bool isWhole, long now)
    {
        if (head.Length == 0) return Hold(file, Verdict.Held, now);
        var alike = Relatives(file).Where(l => l.Checkpoint.Head.Length > 0 && l.Checkpoint.Head.Fits(content)).ToList();
        // Its beginning may be all that the two have in common.
        if (alike.Count > 0 && (!IsDue(file, now) || alike.Exists(l => l.Checkpoint.Tail.Fits(content)))) return Hold(file, Verdict.Copy, now);
        if (isWhole) return Verdict.New;
        return Hold(file, file.IsOfFlow ? Verdict.Untold : Verdict.Held, now);
    }

    /// <summary>The verdict on a copy comes when nothing about it has changed for the grace; what can't be told stays so.</summary>
    private Verdict Hold(SeenFile file, Verdict verdict, long now)
    {
        var isDue = IsDue(file, now);
        var before = _held.GetValueOrDefault(file.Status.Identity);
        var goesOn = before is not null && before.Length == file.Status.Length && before.IsCopy && verdict == Verdict.Copy;
        _held[file.Status.Identity] = new Held(file.Stem, file.Status.Length, before?.First ?? now, goesOn ? before!.Since : now, verdict == Verdict.Copy, verdict == Verdict.Untold, before?.IsTold ?? false);
        if (verdict != Verdict.Copy) return verdict;
        return goesOn && isDue && file.IsOfFlow ? Verdict.Copy : Verdict.Held;
    }

    private bool IsDue(SeenFile file, long now) =>
        _held.TryGetValue(file.Status.Identity, out var held) && held.Length == file.Status.Length && held.IsCopy && clock.GetElapsedTime(held.Since, now) >= LogFolder.Grace;

    /// <param name="First">When it was first held.</param>
    /// <param name="Since">When it was last seen to change.</param>
    /// <param name="IsTold">Whether the log says that it can't be read.</param>
    private sealed record Held(string Stem, long Length, long First, long Since, bool IsCopy, bool IsUntold, bool IsTold);

    [LoggerMessage(17, LogLevel.Warning, "{Path} cannot be read now: {Why}")]
    private static partial void CannotRead(ILogger log, string path, string why);
}
