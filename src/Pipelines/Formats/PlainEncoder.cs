using System.Buffers;
using System.IO.Compression;
using Snappier;
using ZstdSharp;

namespace ActorStreams.Pipelines.Formats;

/// <summary>
/// Gathers records in a buffer and hands it to the compressor when it is full: compressors are slow with many small writes. Holds the buffer
/// and what the compressor needs, under 1 MiB (zstd above level 3: up to some MiB), whatever the object's size.
/// </summary>
internal sealed class PlainEncoder : IObjectEncoder
{
    private const int BufferBytes = 64 * 1024;

    private readonly ReadOnlyMemory<byte> _delimiter;
    private readonly Stream _compressed;
    private readonly ZipArchive? _archive;
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private int _used;
    private bool _isFinished;
    private bool _isDisposed;

    public PlainEncoder(Stream output, PlainFormat format)
    {
        _delimiter = format.Delimiter;
        // The archive would go back in a stream that can seek, and give other bytes there than elsewhere.
        var target = new OpenEndedStream(output);
        switch (format.Compression)
        {
            case CompressionFormat.Uncompressed: _compressed = target; break;
            case CompressionFormat.Gzip: _compressed = new GZipStream(target, format.Level, leaveOpen: true); break;
            case CompressionFormat.Zip:
                _archive = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true);
                _compressed = ZipEntryOf(_archive, format.Level);
                break;
            case CompressionFormat.Snappy: _compressed = new SnappyStream(target, CompressionMode.Compress, leaveOpen: true); break;
            case CompressionFormat.HadoopSnappy: _compressed = new HadoopSnappyStream(target); break;
            case CompressionFormat.Zstd: _compressed = new CompressionStream(target, format.ZstdLevel, leaveOpen: true); break;
            default: throw new ArgumentOutOfRangeException(nameof(format), format.Compression, "No such compression.");
        }
    }

    public string? Add(ReadOnlySpan<byte> record)
    {
        Write(record);
        Write(_delimiter.Span);
        return null;
    }

    public void Finish()
    {
        if (_isFinished) return;
        _isFinished = true;
        Drain();
        _compressed.Dispose();
        _archive?.Dispose();
    }

    /// <summary>Without <see cref="Finish"/> the object is given up; what the compressor still writes then is of no use.</summary>
    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        if (!_isFinished)
        {
            _isFinished = true;
            try
            {
                _compressed.Dispose();
                _archive?.Dispose();
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException or NotSupportedException)
            {
                // The output failed before and was told by Add or Finish; the rest of an object that is given up is nobody's concern.
            }
        }
        ArrayPool<byte>.Shared.Return(_buffer);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > BufferBytes - _used)
        {
            Drain();
            if (bytes.Length >= BufferBytes)
            {
                _compressed.Write(bytes);
                return;
            }
        }
        bytes.CopyTo(_buffer.AsSpan(_used));
        _used += bytes.Length;
    }

    private void Drain()
    {
        if (_used == 0) return;
        _compressed.Write(_buffer, 0, _used);
        _used = 0;
    }

    private static Stream ZipEntryOf(ZipArchive archive, CompressionLevel level)
    {
        var entry = archive.CreateEntry("records", level);
        // The first time that the format can say: the default is the clock's.
        entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
        return entry.Open();
    }
}
