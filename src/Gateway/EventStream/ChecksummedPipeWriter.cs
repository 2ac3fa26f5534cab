using System.IO.Hashing;
using System.IO.Pipelines;

namespace ActorStreams.Gateway.EventStream;

/// <summary>
/// Passes everything on to a pipe, and sums it up on its way while it is still in the processor's cache: the CRC-32 (IEEE) and the number
/// of bytes since <see cref="Restart"/>.
/// </summary>
internal sealed class ChecksummedPipeWriter(PipeWriter pipe) : PipeWriter
{
    private readonly Crc32 _crc = new();
    private Memory<byte> _room;

    public uint Checksum => _crc.GetCurrentHashAsUInt32();

    public long Bytes { get; private set; }

    public override bool CanGetUnflushedBytes => pipe.CanGetUnflushedBytes;

    public override long UnflushedBytes => pipe.UnflushedBytes;

    public void Restart()
    {
        _crc.Reset();
        Bytes = 0;
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) => _room = pipe.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        _crc.Append(_room.Span[..bytes]);
        _room = _room[bytes..];
        Bytes += bytes;
        pipe.Advance(bytes);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => pipe.FlushAsync(cancellationToken);

    public override void CancelPendingFlush() => pipe.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => pipe.Complete(exception);
}
