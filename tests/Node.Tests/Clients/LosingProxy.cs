using System.Net;
using System.Net.Sockets;

namespace ActorStreams.Node.Tests.Clients;

/// <summary>
/// A TCP proxy that loses answers: on the first of every two connections it hands the request on, waits until the node begins to answer,
/// and cuts both ends without a byte of it. On the others it hands on everything.
/// </summary>
internal sealed class LosingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<Task> _onLoss;
    private readonly int _port;
    private readonly Task _accepting;
    private int _connections;

    /// <param name="onLoss">Awaited after an answer was lost and before another connection gets through.</param>
    public LosingProxy(int port, Func<Task> onLoss)
    {
        _port = port;
        _onLoss = onLoss;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Endpoint => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    public int Losses { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    // One after another: a client that tries again comes only after it has lost its connection.
    private async Task AcceptAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                if (_connections++ % 2 == 0) await LoseAsync(client);
                else open.Add(RelayAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task LoseAsync(TcpClient client)
    {
        using (client)
        using (var node = new TcpClient())
        {
            await node.ConnectAsync(IPAddress.Loopback, _port, _stop.Token);
            using var answered = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            var sending = CopyAsync(client.GetStream(), node.GetStream(), answered.Token);
            await node.GetStream().ReadExactlyAsync(new byte[1], _stop.Token);
            await answered.CancelAsync();
            await sending;
            // A reset, so that the client does not take the end for an empty answer.
            client.LingerState = new LingerOption(true, 0);
        }
        Losses++;
        await _onLoss();
    }

    private async Task RelayAsync(TcpClient client)
    {
        using (client)
        using (var node = new TcpClient())
        {
            await node.ConnectAsync(IPAddress.Loopback, _port, _stop.Token);
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            var there = CopyAsync(client.GetStream(), node.GetStream(), ended.Token);
            var back = CopyAsync(node.GetStream(), client.GetStream(), ended.Token);
            await Task.WhenAny(there, back);
            await ended.CancelAsync();
            await Task.WhenAll(there, back);
        }
    }

    private static async Task CopyAsync(NetworkStream from, NetworkStream to, CancellationToken stop)
    {
        try
        {
            await from.CopyToAsync(to, stop);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // Either end is gone, which is how connections end here.
        }
    }
}
