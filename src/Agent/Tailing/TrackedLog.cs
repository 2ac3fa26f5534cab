using System.Collections.Immutable;
using ActorStreams.Agent.Checkpoints;
using ActorStreams.Agent.Files;

namespace ActorStreams.Agent.Tailing;

/// <summary>
/// A log on its way: its checkpoint, and what is known of the file that holds it. While it is busy the one who sends it owns it; the folder's scan then
/// leaves it alone.
/// </summary>
internal sealed class TrackedLog(FileCheckpoint checkpoint)
{
    public FileCheckpoint Checkpoint { get; set; } = checkpoint;

    public long Id => Checkpoint.Id;

    public string Name => Path.GetFileName(Checkpoint.Path);

    public string Stem { get; } = RotatedName.StemOf(Path.GetFileName(checkpoint.Path));

    public bool IsCompressed => RotatedName.IsGzip(Name);

    /// <summary>What the last scan found it under, be it busy or not; null where it was not there.</summary>
    public string? SeenName { get; set; } = Path.GetFileName(checkpoint.Path);

    /// <summary>Under the name of the log itself, so that it is what is written to now and comes after all that was rotated.</summary>
    public bool IsWrittenNow => !IsAbsent && SeenName == Stem;

    public bool IsOpen => Checkpoint.State == FileState.Open;

    /// <summary>Held from the first sight to the end, so that a file that is removed can be read to its end.</summary>
    public FileContent? Content { get; set; }

    /// <summary>Bytes that the file had when it was looked at; unknown of compressed ones before they were read.</summary>
    public long Length { get; set; } = Math.Max(checkpoint.Offset, checkpoint.Length);

    public long Backlog => Math.Max(0, Length - Checkpoint.Offset);

    /// <summary>Not in the folder; what is held open can still be read. One that was truncated before a kill is looked for as before it.</summary>
    public bool IsAbsent { get; set; } = checkpoint.Identity is null;

    /// <summary>Nothing that is known holds its bytes.</summary>
    public bool IsOrphan => IsAbsent && Content is null;

    /// <summary>The scan in which it became one that is looked for.</summary>
    public long GoneInScan { get; set; }

    /// <summary>Size and last change of its file as they were last seen; null before that.</summary>
    public (long Length, DateTimeOffset ModifiedAt)? SeenAs { get; set; }

    public bool IsBusy { get; set; }

    /// <summary>What was read does not fit what was read before: the file was truncated.</summary>
    public bool IsSuspect { get; set; }

    /// <summary>Nothing of a former life is under way: all puts were answered, or it has never had one.</summary>
    public bool IsSettled { get; set; } = checkpoint.Lane is null;

    /// <summary>Up to where the end was taken at this length; null while there may be whole records.</summary>
    public EndOfFile? DrainedAs { get; set; }

    /// <summary>Timestamps of the clock.</summary>
    public long GrewAt { get; set; }

    public long? PendingSince { get; set; }

    public long? RetryAt { get; set; }

    /// <summary>Since when those that follow wait for what of it can't be sent now, and whether they went on without it.</summary>
    public (long Since, bool IsOver)? HoldsUp { get; set; }

    /// <summary>Lines counted of those not sent, and up to where.</summary>
    public (long Offset, long To, int Lines) Counted { get; set; }

    /// <summary>The checkpoint as it is to be written.</summary>
    public FileCheckpoint ToSave() => Checkpoint with { Length = IsCompressed ? Checkpoint.Offset : Length };

    public void Close()
    {
        Content?.Dispose();
        Content = null;
    }

    public void GrewTo(long length, long now)
    {
        if (length == Length) return;
        (Length, GrewAt, DrainedAs) = (length, now, null);
        PendingSince ??= now;
        if (Checkpoint.State == FileState.Finished && length > Checkpoint.Offset) Checkpoint = Checkpoint with { State = FileState.Open };
    }

    /// <summary>Whether the file still has the bytes that were read.</summary>
    public bool Fits(FileContent content) => Checkpoint.Head.Fits(content) && Checkpoint.Tail.Fits(content);

    public static FileCheckpoint New(string path, FileIdentity identity, Fingerprint head, long seenMs) =>
        new(0, path, identity, head, Fingerprint.None, 0, ImmutableArray<long>.Empty, FileState.Open, null, seenMs, 0);
}
