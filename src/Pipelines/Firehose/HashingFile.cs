using System.Security.Cryptography;

namespace ActorStreams.Pipelines.Firehose;

/// <summary>A file that is written once from its beginning to its end, with the SHA-256 of what was written.</summary>
internal sealed class HashingFile : Stream
{
    private const int BufferBytes = 1 << 16;
    private readonly FileStream _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _length;

    public HashingFile(string path)
    {
        Path = path;
        _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, BufferBytes);
    }

    public string Path { get; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _length;

    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException("A file of the spool is written in order.");
    }

    /// <summary>The bytes are durable; nothing is written any more.</summary>
    public byte[] Complete()
    {
        _file.Flush(flushToDisk: true);
        _file.Dispose();
        return _hash.GetHashAndReset();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _file.Write(buffer);
        _hash.AppendData(buffer);
        _length += buffer.Length;
    }

    public override void Flush() => _file.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("A file of the spool is written only.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A file of the spool is written in order.");

    public override void SetLength(long value) => throw new NotSupportedException("A file of the spool is written in order.");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
            _hash.Dispose();
        }
        base.Dispose(disposing);
    }
}
