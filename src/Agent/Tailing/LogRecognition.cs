using ActorStreams.Agent.Checkpoints;
using ActorStreams.Agent.Files;

namespace ActorStreams.Agent.Tailing;

/// <summary>Whether a file holds what is known of a log.</summary>
internal static class LogRecognition
{
    /// <summary>Of the file under the inode of a log; true too where another one came to its name in this moment, which the next scan tells.</summary>
    public static bool IsStill(TrackedLog known, SeenFile file)
    {
        if (file.IsGzip != known.IsCompressed) return false;
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
        FileContent content;
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

    /// <summary>Of a log that is there itself: whether the file is its copy, whole or still being made; null where that can't be told now.</summary>
    public static bool? IsCopyOf(TrackedLog known, SeenFile file, FileContent content)
    {
        // The name of one that is busy is that of its beginning: it may have been copied and truncated, and renamed after that.
        if (!known.IsOpen || known.IsAbsent || (!known.IsWrittenNow && !(known.IsBusy && known.Name == known.Stem))) return false;
        if (known.IsBusy || known.Content is null || file.Status.Length == 0) return null;
        var length = known.Content.Status.Length;
        // Truncated in this moment: the next scan tells.
        if (length < known.Length || !known.Fits(known.Content)) return null;
        // A copy has no more than its log.
        if (file.Status.Length > length) return false;
        return Fingerprint.TailOf(content, file.Status.Length).Fits(known.Content) && IsBegunAlike(content, known.Content, file.Status.Length);
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
}
