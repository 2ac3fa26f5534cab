using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ActorStreams.Benchmarks.Load;

/// <summary>
/// One SubscribeToShard over HTTP/1.1 on a blocking socket, for one thread. It takes the chunks and the messages apart and leaves their
/// checksums to the tests.
/// </summary>
public sealed class PushedEvents : IDisposable
{
    private const int PreludeBytes = 12;
    private const int ChecksumBytes = 4;
    private readonly Socket _socket;
    private readonly byte[] _received = new byte[256 * 1024];
    private byte[] _message = new byte[64 * 1024];
    private int _start;
    private int _end;
    private int _leftOfChunk;
    private int _messageBytes;

    public PushedEvents(IPEndPoint server, SignedRequest subscribe, TimeSpan receiveTimeout)
    {
        _socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = (int)receiveTimeout.TotalMilliseconds };
        _socket.Connect(server);
        for (var request = subscribe.Stamp(); request.Length > 0;) request = request[_socket.Send(request)..];
        var status = Line();
        if (status != "HTTP/1.1 200 OK") throw new InvalidDataException($"SubscribeToShard: {status} {Encoding.UTF8.GetString(_received.AsSpan(_start, _end - _start))}");
        while (Line().Length > 0) { }
    }

    /// <summary>Payload of the next message, good until the next call; empty at the end of the stream.</summary>
    public ReadOnlySpan<byte> Next()
    {
        _messageBytes = 0;
        if (!TakeUntil(PreludeBytes)) return [];
        var total = (int)BinaryPrimitives.ReadUInt32BigEndian(_message);
        var headers = (int)BinaryPrimitives.ReadUInt32BigEndian(_message.AsSpan(4));
        if (!TakeUntil(total)) throw new IOException("The stream ended within a message.");
        return _message.AsSpan(PreludeBytes + headers, total - PreludeBytes - headers - ChecksumBytes);
    }

    public void Dispose() => _socket.Dispose();

    private bool TakeUntil(int bytes)
    {
        if (_message.Length < bytes) Array.Resize(ref _message, bytes * 2);
        while (_messageBytes < bytes)
        {
            if (_leftOfChunk == 0 && !NextChunk()) return false;
            if (_start == _end) Receive();
            var taken = Math.Min(Math.Min(_end - _start, _leftOfChunk), bytes - _messageBytes);
            _received.AsSpan(_start, taken).CopyTo(_message.AsSpan(_messageBytes));
            _start += taken;
            _leftOfChunk -= taken;
            _messageBytes += taken;
            if (_leftOfChunk == 0 && Line().Length > 0) throw new IOException("A chunk does not end where it said.");
        }
        return true;
    }

    private bool NextChunk()
    {
        _leftOfChunk = int.Parse(Line(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return _leftOfChunk > 0;
    }

    private string Line()
    {
        while (true)
        {
            var length = _received.AsSpan(_start, _end - _start).IndexOf("\r\n"u8);
            if (length >= 0)
            {
                var line = Encoding.ASCII.GetString(_received, _start, length);
                _start += length + 2;
                return line;
            }
            Receive();
        }
    }

    private void Receive()
    {
        if (_start > 0)
        {
            _received.AsSpan(_start, _end - _start).CopyTo(_received);
            (_start, _end) = (0, _end - _start);
        }
        var count = _socket.Receive(_received.AsSpan(_end));
        if (count == 0) throw new IOException("The server closed the connection within an answer.");
        _end += count;
    }
}
