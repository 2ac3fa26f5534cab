using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ActorStreams.Benchmarks.Load;

/// <summary>
/// One HTTP/1.1 keep-alive connection on a blocking socket, for one thread. Blocking calls are the cheapest client there is: no event loop
/// shares the cores with the server under test. Answers must carry Content-Length.
/// </summary>
public sealed class HttpConnection : IDisposable
{
    private const int ReceiveTimeoutMs = 60_000;

    private readonly Socket _socket;
    private byte[] _buffer = new byte[256 * 1024];

    public HttpConnection(IPEndPoint server)
    {
        _socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = ReceiveTimeoutMs,
            SendTimeout = ReceiveTimeoutMs,
        };
        _socket.Connect(server);
    }

    /// <summary>Sends one request and waits for the whole answer, which is valid until the next call.</summary>
    public HttpAnswer Exchange(ReadOnlySpan<byte> request)
    {
        while (request.Length > 0)
            request = request[_socket.Send(request)..];

        var received = 0;
        int headLength;
        do
            received += Receive(received);
        while ((headLength = _buffer.AsSpan(0, received).IndexOf("\r\n\r\n"u8)) < 0);
        headLength += 4;

        var (status, bodyLength) = ParseHead(_buffer.AsSpan(0, headLength));
        var total = headLength + bodyLength;
        if (total > _buffer.Length)
            Array.Resize(ref _buffer, total + total / 4);
        while (received < total)
            received += Receive(received);
        return new HttpAnswer(status, _buffer.AsSpan(headLength, bodyLength));
    }

    public void Dispose() => _socket.Dispose();

    private int Receive(int offset)
    {
        var count = _socket.Receive(_buffer.AsSpan(offset));
        return count > 0 ? count : throw new IOException("The server closed the connection in the middle of an exchange.");
    }

    private static (int Status, int BodyLength) ParseHead(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith("HTTP/1.1 "u8) || !Utf8Parser.TryParse(head[9..], out int status, out _))
            throw new IOException($"Not an HTTP/1.1 answer: {Encoding.ASCII.GetString(head)}");
        var name = "content-length:"u8;
        for (var rest = head; ;)
        {
            var next = rest.IndexOf("\r\n"u8) + 2;
            rest = rest[next..];
            if (rest.Length <= 2)
                throw new IOException($"The answer has no Content-Length: {Encoding.ASCII.GetString(head)}");
            if (rest.Length > name.Length && Ascii.EqualsIgnoreCase(rest[..name.Length], name)
                && Utf8Parser.TryParse(rest[name.Length..].TrimStart((byte)' '), out int length, out _))
                return (status, length);
        }
    }
}

/// <summary>Status and body of one answer; the body lies in its connection's buffer.</summary>
public readonly ref struct HttpAnswer(int status, ReadOnlySpan<byte> body)
{
    public int Status { get; } = status;

    public ReadOnlySpan<byte> Body { get; } = body;

    /// <summary>What to show a person: the status and the beginning of the body.</summary>
    public string Describe() => $"HTTP {Status} {Encoding.UTF8.GetString(Body[..Math.Min(Body.Length, 300)])}";
}
