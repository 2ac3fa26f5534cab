using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.IO.Pipelines;

namespace ActorStreams.Gateway.EventStream;

/// <summary>
/// Writes messages of <c>application/vnd.amazon.eventstream</c> into a pipe, integers big-endian:
/// <code>
/// u32 bytes of the message | u32 bytes of the headers | u32 CRC-32 of these eight | headers | payload | u32 CRC-32 of all before it
/// </code>
/// The lengths stand first, so a payload's must be known before it is written.
/// </summary>
internal sealed class EventStreamWriter(PipeWriter pipe)
{
    public const string ContentType = "application/vnd.amazon.eventstream";

    private const int PreludeBytes = 12;
    private const int ChecksumBytes = 4;
    private readonly ChecksummedPipeWriter _pipe = new(pipe);
    private long _announcedBytes;

    /// <summary>A message has begun and not ended; to stop here would leave its reader waiting for the rest.</summary>
    public bool IsWithinMessage { get; private set; }

    /// <summary>Begins a message and gives the pipe for its payload; flushes may come between, whoever reads waits for the rest.</summary>
    public PipeWriter Begin(ReadOnlySpan<byte> headers, long payloadBytes)
    {
        _announcedBytes = PreludeBytes + headers.Length + payloadBytes;
        IsWithinMessage = true;
        _pipe.Restart();
        var prelude = _pipe.GetSpan(PreludeBytes);
        BinaryPrimitives.WriteUInt32BigEndian(prelude, checked((uint)(_announcedBytes + ChecksumBytes)));
        BinaryPrimitives.WriteUInt32BigEndian(prelude[4..], (uint)headers.Length);
        BinaryPrimitives.WriteUInt32BigEndian(prelude[8..], Crc32.HashToUInt32(prelude[..8]));
        _pipe.Advance(PreludeBytes);
        _pipe.Write(headers);
        return _pipe;
    }

    /// <summary>Ends the message. Another length than the one announced is a broken invariant: the reader would look for the next message in the wrong place.</summary>
    public void End()
    {
        if (_pipe.Bytes != _announcedBytes)
            throw new InvalidOperationException($"A message of {_announcedBytes} bytes was announced and {_pipe.Bytes} were written.");
        var checksum = _pipe.Checksum;
        BinaryPrimitives.WriteUInt32BigEndian(pipe.GetSpan(ChecksumBytes), checksum);
        pipe.Advance(ChecksumBytes);
        IsWithinMessage = false;
    }

    public void Write(ReadOnlySpan<byte> headers, ReadOnlySpan<byte> payload)
    {
        Begin(headers, payload.Length).Write(payload);
        End();
    }
}
