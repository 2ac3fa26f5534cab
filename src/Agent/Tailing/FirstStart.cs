using ActorStreams.Agent.Checkpoints;
using ActorStreams.Agent.Configuration;
using ActorStreams.Agent.Files;

namespace ActorStreams.Agent.Tailing;

/// <summary>A flow's first start: compressed files are history, and so is what is in the others where the flow starts at their ends.</summary>
internal static class FirstStart
{
    /// <summary>What is to be known of a file that is there; null where another one has come to its name, and both are new ones to the next scan.</summary>
    /// <exception cref="IOException">It can't be read; it is a new file, once it can.</exception>
    /// <exception cref="UnauthorizedAccessException">As before.</exception>
    public static FileCheckpoint? Begin(SeenFile file, InitialPosition position, long nowMs)
    {
        var one = TrackedLog.New(file.Path, file.Status.Identity, Fingerprint.None, nowMs);
        if (file.IsGzip) return one with { State = FileState.Ignored, Head = TryHead(file) };
        using var content = FileContent.Open(file.Path);
        if (content.Status.Identity != file.Status.Identity) return null;
        one = one with { Head = Fingerprint.HeadOf(content) };
        if (position == InitialPosition.StartOfFile) return one;
        var end = EndOfLines(content, file.Status.Length);
        return one with { Offset = end, Tail = end == 0 ? Fingerprint.None : Fingerprint.TailOf(content, end) };
    }

    private static Fingerprint TryHead(SeenFile file)
    {
        try
        {
            using var content = FileContent.Open(file.Path);
            return content.Status.Identity == file.Status.Identity ? Fingerprint.HeadOf(content) : Fingerprint.None;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            // Never to be read; only that another file at its inode can't be told from it by content.
            return Fingerprint.None;
        }
    }

    /// <summary>Behind the last line that is complete; a file without one is read from its beginning.</summary>
    private static long EndOfLines(FileContent content, long length)
    {
        var chunk = new byte[64 * 1024];
        for (var end = length; end > 0;)
        {
            var start = Math.Max(0, end - chunk.Length);
            var read = content.ReadFully(chunk.AsSpan(0, (int)(end - start)), start);
            var at = chunk.AsSpan(0, read).LastIndexOf((byte)'\n');
            if (at >= 0) return start + at + 1;
            end = start;
        }
        return 0;
    }
}
