using System.Buffers;

namespace ActorStreams.Gateway.Hosting;

/// <summary>Tells from the first bytes of a connection which protocol its client speaks.</summary>
internal static class Http2Preface
{
    /// <summary>What a client that knows the server to speak HTTP/2 sends first (RFC 9113, section 3.4).</summary>
    public static ReadOnlySpan<byte> Bytes => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <summary>True or false as soon as it is certain; null while all that came could still become either.</summary>
    public static bool? IsStartOf(in ReadOnlySequence<byte> received)
    {
        var length = (int)Math.Min(received.Length, Bytes.Length);
        Span<byte> start = stackalloc byte[Bytes.Length];
        start = start[..length];
        received.Slice(0, length).CopyTo(start);
        if (!start.SequenceEqual(Bytes[..length])) return false;
        return length == Bytes.Length ? true : null;
    }
}
