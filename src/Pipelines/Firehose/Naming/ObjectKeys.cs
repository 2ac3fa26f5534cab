using System.Text;

namespace ActorStreams.Pipelines.Firehose.Naming;

/// <summary>What a key of an object may look like, so that it is one in a bucket and a path in a folder alike.</summary>
public static class ObjectKeys
{
    /// <summary>Of S3's, in UTF-8.</summary>
    public const int BytesMax = 1_024;

    /// <summary>Between slashes, in UTF-8: what the file systems of a folder take (ext4, XFS, NTFS).</summary>
    public const int PartBytesMax = 255;

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Every store looks once more before it touches anything.</summary>
    /// <exception cref="ArgumentException">The key could name something outside of the store, or nothing at all; the message says which part.</exception>
    public static void Check(string key)
    {
        if (Problem(key) is { } problem) throw new ArgumentException($"The key '{key}' {problem}.", nameof(key));
    }

    /// <summary>Null when the key is good, else what is wrong with it, as the end of a sentence that names it.</summary>
    public static string? Problem(string key)
    {
        int bytes;
        try
        {
            bytes = s_strict.GetByteCount(key);
        }
        catch (EncoderFallbackException)
        {
            return "has half of a surrogate pair, which is no character";
        }
        if (bytes > BytesMax) return $"has {bytes} bytes; up to {BytesMax} are allowed";
        foreach (var c in key)
        {
            // In a folder on Windows a backslash would part the path, and lead out of it.
            if (char.IsControl(c) || c == '\\') return $"has the character U+{(int)c:X4}, which no path may have";
        }
        foreach (var range in key.AsSpan().Split('/'))
        {
            var part = key.AsSpan()[range];
            if (part.IsEmpty) return "has an empty part: a slash at its start or its end, or two in a row";
            if (part is "." or "..") return $"has the part \"{part}\", which leads elsewhere";
            if (part.Length > PartBytesMax / 3 && Encoding.UTF8.GetByteCount(part) > PartBytesMax)
                return $"has a part of {Encoding.UTF8.GetByteCount(part)} bytes; up to {PartBytesMax} are allowed between slashes";
        }
        return null;
    }
}
