using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ActorStreams.Gateway.Hosting;

/// <summary>
/// Serves HTTP/1.1 and HTTP/2 on one clear-text port. Kestrel takes every such connection for HTTP/1.1, having no TLS to negotiate in,
/// but some SDKs speak HTTP/2 without asking; so the first bytes are looked at, and left where they are, before either of Kestrel's
/// two sides gets the connection.
/// </summary>
/// <param name="firstBytesTimeout">How long those bytes may take. No limit of Kestrel's counts before it has the connection.</param>
internal sealed class ProtocolChoice(TimeSpan firstBytesTimeout, TimeProvider time)
{
    private ConnectionDelegate? _http2;

    /// <summary>
    /// Takes the HTTP/2 side from an endpoint nobody connects to. It must be bound before those that <see cref="Choose"/> is for.
    /// </summary>
    public void Offer(ListenOptions nowhere)
    {
        nowhere.Protocols = HttpProtocols.Http2;
        nowhere.Use(next =>
        {
            _http2 = next;
            return next;
        });
    }

    public void Choose(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http1;
        listen.Use(http1 => connection => ServeAsync(connection, http1));
    }

    private async Task ServeAsync(ConnectionContext connection, ConnectionDelegate http1)
    {
        if (await IsHttp2Async(connection) is not { } isHttp2) return;
        var serve = isHttp2 ? _http2 ?? throw new InvalidOperationException("The HTTP/2 side has not been bound.") : http1;
        await serve(connection);
    }

    /// <summary>Null when the connection is to be closed: its client is gone or too slow, or the server stops.</summary>
    private async ValueTask<bool?> IsHttp2Async(ConnectionContext connection)
    {
        using var timeout = new CancellationTokenSource(firstBytesTimeout, time);
        var stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);
        try
        {
            return await PeekAsync(connection.Transport.Input, limit.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (ConnectionResetException)
        {
            return null;
        }
    }

    internal static async ValueTask<bool> PeekAsync(PipeReader input, CancellationToken cancel)
    {
        long examined = 0;
        while (true)
        {
            var read = await input.ReadAsync(cancel);
            var received = read.Buffer;
            // A client that ends within the preface is HTTP/1.1's to refuse.
            var isHttp2 = Http2Preface.IsStartOf(received) ?? (read.IsCompleted ? false : null);
            // A pipe's examined position never goes back; at what lies behind it, the next reader wakes at once.
            if (isHttp2 is null) examined = received.Length;
            input.AdvanceTo(received.Start, received.GetPosition(examined));
            if (isHttp2 is { } known) return known;
        }
    }
}
