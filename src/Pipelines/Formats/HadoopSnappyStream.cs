using System.Buffers;
using System.Buffers.Binary;
using Snappier;

namespace ActorStreams.Pipelines.Formats;

/// <summary>
/// What Hadoop's BlockCompressorStream writes for SnappyCodec. Each block:
/// <code>
/// 4  bytes of the block before compression, big-endian
/// 4  bytes of its one chunk after compression, big-endian
/// n  raw snappy
/// </code>
/// Hadoop's readers have a buffer of 256 KiB by default for a chunk, so blocks stay well below.
/// </summary>
internal sealed class HadoopSnappyStream(Stream output) : Stream
{
    private const int BlockBytes = 128 * 1024;
    private const int HeaderBytes = 8;

    private readonly byte[] _block = ArrayPool<byte>.Shared.Rent(BlockBytes);
    private readonly byte[] _chunk = ArrayPool<byte>.Shared.Rent(HeaderBytes + Snappy.GetMaxCompressedLength(BlockBytes));
    private int _used;
    private bool _isDisposed;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var taken = Math.Min(buffer.Length, BlockBytes - _used);
            buffer[..taken].CopyTo(_block.AsSpan(_used));
            _used += taken;
            buffer = buffer[taken..];
            if (_used == BlockBytes) WriteBlock();
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() { }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (_isDisposed) return;
        _isDisposed = true;
        try
        {
            if (_used > 0) WriteBlock();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(_block);
            ArrayPool<byte>.Shared.Return(_chunk);
            base.Dispose(disposing);
        }
    }

    private void WriteBlock()
    {
        var compressed = Snappy.Compress(_block.AsSpan(0, _used), _chunk.AsSpan(HeaderBytes));
        BinaryPrimitives.WriteInt32BigEndian(_chunk, _used);
        BinaryPrimitives.WriteInt32BigEndian(_chunk.AsSpan(4), compressed);
        output.Write(_chunk, 0, HeaderBytes + compressed);
        _used = 0;
    }
}
