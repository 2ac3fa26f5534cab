using ActorStreams.Agent.Files;

namespace ActorStreams.Agent.Tailing;

/// <summary>Whether a file holds what is known of a log.</summary>
internal static class LogRecognition
{
    /// <summary>Of the file under the inode of a log; true too where another one came to its name in this moment, which the next scan tells.</summary>
    public static bool IsStill(TrackedLog known, SeenFile file)
    {
        if (!file.IsGzip && file.Status.Length < known.Checkpoint.Offset) return false;
        var content = known.Content;
        try
        {
            content ??= FileContent.Open(file.Path);
            // Another file may have come to the name since the folder was listed: the next scan tells.
            if (content.Status.Identity != file.Status.Identity) return true;
            return known.Fits(content);
        }
        catch (InvalidDataException)
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not to be had in this moment, which says nothing of what it holds.
            return true;
        }
        finally
        {
            if (content != known.Content) content?.Dispose();
        }
    }

    /// <summary>
    /// Opens the file of a log; null where it is not at its path any more, which the next scan tells. What has come to the path instead, perhaps under the same
    /// inode, is another log: it would be sent as this one, and held open it would hide what became of this one.
    /// </summary>
    public static FileContent? Open(TrackedLog known, string path)
    {
        FileContent.OnDisk content;
        try
        {
            content = FileContent.Open(path);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        if (content.Status.Identity == known.Checkpoint.Identity && Fits(known, content)) return known.Content = content;
        content.Dispose();
        return null;
    }

    public static void TryOpen(TrackedLog known, SeenFile file)
    {
        try
        {
            Open(known, file.Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone again; the next scan tells what became of it.
        }
    }

    /// <summary>Whether the log, whose own file is gone, is what this file holds.</summary>
    public static bool GoesOnIn(TrackedLog known, SeenFile file, FileContent content)
    {
        if (!known.IsAbsent || known.IsBusy || known.Content is not null || known.Checkpoint.Head.Length == 0) return false;
        // What stands under the name of a log that is being written is a new one, however alike its lines are; and one that was read to its end has nothing to go on with but being compressed.
        if (!file.IsGzip && (RotatedName.IsCurrent(file.Name) || !known.IsOpen || file.Status.Length < known.Checkpoint.Offset)) return false;
        return known.Fits(content);
    }

    /// <summary>Of a log that is there itself: whether the file may be its copy, whole or still being made.</summary>
    public static bool MayBeCopyOf(TrackedLog known, SeenFile file, FileContent content)
    {
        if (!known.IsOpen || known.IsAbsent || !RotatedName.IsCurrent(known.Name)) return false;
        // What it was truncated to is told once it is not busy.
        if (known.IsBusy || file.Status.Length == 0 || known.Content is null) return true;
        var common = Math.Min(file.Status.Length, known.Length);
        if (common == 0) return false;
        var isAlike = Fingerprint.TailOf(content, common).Fits(known.Content) && IsBegunAlike(content, known.Content, common);
        // Different only because it was truncated in this moment: the next scan tells.
        return isAlike || !known.Fits(known.Content) || known.Content.Status.Length < known.Length;
    }

    private static bool Fits(TrackedLog known, FileContent content)
    {
        try
        {
            return known.Fits(content);
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    private static bool IsBegunAlike(FileContent one, FileContent other, long length)
    {
        var bytes = new byte[Math.Min(length, Fingerprint.HeadBytesMax)];
        return one.ReadFully(bytes, 0) == bytes.Length && Fingerprint.Of(bytes, 0).Fits(other);
    }

    /// <summary>Behind the last line that is complete; a file without one is read from its beginning.</summary>
    public static long EndOfLines(FileContent content, long length)
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
