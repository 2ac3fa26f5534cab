using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ActorStreams.Agent.Reporting;

/// <summary>
/// <c>GET /metrics</c> on a port, for Prometheus. Not .NET's <c>HttpListener</c>: on Linux a connection that comes while that starts can end the process.
/// </summary>
internal sealed class MetricsEndpoint(AgentCounters counters, int port) : IDisposable
{
    private const int RequestBytesMax = 8 * 1024;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly TcpListener _listener = new(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, port);
    private readonly CancellationTokenSource _stop = new();

    /// <exception cref="SocketException">The port is taken.</exception>
    public void Start()
    {
        if (Socket.OSSupportsIPv6) _listener.Server.DualMode = true;
        _listener.Start();
        _ = AcceptAsync(_stop.Token);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                _ = AnswerAsync(await _listener.AcceptTcpClientAsync(stop), stop);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The one who asked went away, or the agent stops.
            }
        }
    }

    private async Task AnswerAsync(TcpClient client, CancellationToken stop)
    {
        using var _ = client;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(s_patience);
        try
        {
            var stream = client.GetStream();
            var isAsked = (await RequestAsync(stream, patience.Token)).StartsWith("GET /metrics ", StringComparison.Ordinal);
            var body = isAsked ? Encoding.UTF8.GetBytes(counters.Exposition()) : [];
            var head = $"HTTP/1.1 {(isAsked ? "200 OK" : "404 Not Found")}\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n";
            await stream.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(head), .. body], patience.Token);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // The one who asked went away, or the agent stops.
        }
    }

    /// <summary>The request's line and headers, or as much as came.</summary>
    private static async Task<string> RequestAsync(NetworkStream stream, CancellationToken cancel)
    {
        var buffer = new byte[RequestBytesMax];
        var length = 0;
        while (length < buffer.Length && !buffer.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancel);
            if (read == 0) break;
            length += read;
        }
        return Encoding.ASCII.GetString(buffer, 0, length);
    }
}
