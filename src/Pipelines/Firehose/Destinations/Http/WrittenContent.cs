using System.Net;

namespace ActorStreams.Pipelines.Firehose.Destinations.Http;

/// <summary>
/// The body of a request that is written as it is sent, and was written once before to nowhere, to say how long it is: nothing of it is held.
/// </summary>
internal sealed class WrittenContent : HttpContent
{
    private readonly Func<Stream, CancellationToken, Task> _write;
    private readonly long _length;

    private WrittenContent(Func<Stream, CancellationToken, Task> write, long length) => (_write, _length) = (write, length);

    /// <param name="write">Writes the same bytes each time.</param>
    public static async Task<WrittenContent> OfAsync(Func<Stream, CancellationToken, Task> write, CancellationToken cancel)
    {
        await using var counted = new CountedStream();
        await write(counted, cancel);
        return new WrittenContent(write, counted.Length);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => _write(stream, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) => _write(stream, cancellationToken);

    protected override bool TryComputeLength(out long length)
    {
        length = _length;
        return true;
    }

    private sealed class CountedStream : Stream
    {
        private long _length;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => _length;

        public override long Position
        {
            get => _length;
            set => throw new NotSupportedException("What is counted is written in order.");
        }

        public override void Write(byte[] buffer, int offset, int count) => _length += count;

        public override void Write(ReadOnlySpan<byte> buffer) => _length += buffer.Length;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _length += buffer.Length;
            return ValueTask.CompletedTask;
        }

        public override void Flush() { }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("What is counted is not kept.");

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("What is counted is written in order.");

        public override void SetLength(long value) => throw new NotSupportedException("What is counted is written in order.");
    }
}
