using System.Security.Cryptography;

namespace ActorStreams.Agent.Files;

/// <summary>
/// Tells whether bytes are those that were read: a hash of the first bytes of a log, and one of the last bytes before the place up to which it was read.
/// An inode that is used again and a file that was truncated and written anew differ in one of them. Hashes, since logs may hold what does not
/// belong into a checkpoint.
/// </summary>
/// <param name="Offset">Of the first byte of the part.</param>
/// <param name="Hash">16 bytes of SHA-256, in hex digits.</param>
internal sealed record Fingerprint(long Offset, int Length, string Hash)
{
    /// <summary>Of the beginning.</summary>
    public const int HeadBytesMax = 1024;

    /// <summary>Before the place.</summary>
    public const int TailBytesMax = 64;

    public static readonly Fingerprint None = new(0, 0, "");

    public static Fingerprint Of(ReadOnlySpan<byte> bytes, long offset) =>
        bytes.IsEmpty ? None : new Fingerprint(offset, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 16)));

    public static Fingerprint HeadOf(FileContent content)
    {
        Span<byte> bytes = stackalloc byte[HeadBytesMax];
        return Of(bytes[..content.ReadFully(bytes, 0)], 0);
    }

    /// <summary>Of the bytes before an offset that a file is known to have.</summary>
    public static Fingerprint TailOf(FileContent content, long offset)
    {
        Span<byte> bytes = stackalloc byte[(int)Math.Min(TailBytesMax, offset)];
        return content.ReadFully(bytes, offset - bytes.Length) == bytes.Length
            ? Of(bytes, offset - bytes.Length)
            : throw new InvalidDataException($"The file has fewer than {offset} bytes.");
    }

    /// <summary>Whether the content has these bytes at their place. That of nothing fits every content.</summary>
    public bool Fits(FileContent content)
    {
        if (Length == 0) return true;
        Span<byte> bytes = stackalloc byte[Length];
        return content.ReadFully(bytes, Offset) == Length && Of(bytes, Offset) == this;
    }
}
