using System.Buffers;
using System.IO.Pipelines;
using ActorStreams.Gateway.Kinesis;
using Microsoft.AspNetCore.Http;

namespace ActorStreams.Gateway.Wire;

/// <summary>
/// Bounds the memory that bodies of requests, or of answers, hold together. A request's takes as it grows, not as it is announced, so
/// that slow clients can't reserve what they never send.
/// </summary>
internal sealed class BodyBudget(long bytesMax)
{
    private long _taken;

    public bool TryTake(int bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= bytesMax) return true;
        Interlocked.Add(ref _taken, -bytes);
        return false;
    }

    public void Return(int bytes) => Interlocked.Add(ref _taken, -bytes);
}

/// <summary>A request body in one pooled buffer. Dispose it when nothing looks at it any more.</summary>
internal sealed class RequestBody : IDisposable
{
    // Nearly all requests fit at once; larger ones double their way up.
    private const int FirstBytesMax = 1024 * 1024;
    private const int FirstBytesMin = 4 * 1024;

    private readonly BodyBudget _budget;
    private byte[] _buffer = [];
    private int _length;
    private ApiException? _refusal;

    private RequestBody(BodyBudget budget, int firstBytes)
    {
        _budget = budget;
        if (!TryRent(firstBytes)) _refusal = Busy();
    }

    public Memory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <summary>Reads it all, or throws the <see cref="ApiException"/> that says why it can't be had.</summary>
    public static async ValueTask<RequestBody> ReadAsync(HttpRequest request, int bytesMax, BodyBudget budget, CancellationToken cancel)
    {
        var expected = (int)Math.Clamp(request.ContentLength ?? FirstBytesMin, FirstBytesMin, FirstBytesMax);
        var body = new RequestBody(budget, expected);
        try
        {
            while (true)
            {
                var read = await request.BodyReader.ReadAsync(cancel);
                if (!body.TryAppend(read, bytesMax)) body.Dispose();
                request.BodyReader.AdvanceTo(read.Buffer.End);
                if (!read.IsCompleted) continue;
                return body._refusal is { } refusal ? throw refusal : body;
            }
        }
        catch (BadHttpRequestException e)
        {
            body.Dispose();
            throw e.StatusCode switch
            {
                StatusCodes.Status413PayloadTooLarge => KinesisErrors.TooLarge(bytesMax),
                StatusCodes.Status408RequestTimeout => KinesisErrors.BodyNeverCame(),
                _ => KinesisErrors.Malformed(),
            };
        }
        catch (IOException e)
        {
            body.Dispose();
            // A stream of HTTP/2 that its client resets shows here before the request counts as aborted.
            throw new OperationCanceledException("The client gave its request up.", e);
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (_buffer.Length == 0) return;
        _budget.Return(_buffer.Length);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _length = 0;
    }

    // False once it is refused. The rest is read over: a client that is still sending when its connection closes sees a broken
    // connection, not the answer. The server ends that at a limit of its own.
    private bool TryAppend(ReadResult read, int bytesMax)
    {
        if (_refusal is not null) return false;
        var total = _length + read.Buffer.Length;
        if (total > bytesMax)
            _refusal = KinesisErrors.TooLarge(bytesMax);
        else if (total > _buffer.Length && !TryRent((int)Math.Min(Math.Max(total, _buffer.Length * 2L), bytesMax)))
            _refusal = Busy();
        if (_refusal is not null) return false;
        read.Buffer.CopyTo(_buffer.AsSpan(_length));
        _length = (int)total;
        return true;
    }

    /// <summary>Goes on in a larger buffer; false when all bodies together hold too much.</summary>
    private bool TryRent(int bytes)
    {
        var larger = ArrayPool<byte>.Shared.Rent(bytes);
        if (!_budget.TryTake(larger.Length))
        {
            ArrayPool<byte>.Shared.Return(larger);
            return false;
        }
        _buffer.AsSpan(0, _length).CopyTo(larger);
        if (_buffer.Length > 0)
        {
            _budget.Return(_buffer.Length);
            ArrayPool<byte>.Shared.Return(_buffer);
        }
        _buffer = larger;
        return true;
    }

    private static ApiException Busy() => KinesisErrors.Busy("Too many request bodies are in flight; try again.");
}
