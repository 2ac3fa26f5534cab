using System.Net;
using Microsoft.AspNetCore.Connections;

namespace ActorStreams.Gateway.Hosting;

/// <summary>An endpoint of <see cref="NowhereTransport"/>; no address leads to it.</summary>
internal sealed class NowhereEndPoint : EndPoint
{
    public const string Name = "http2-of-the-same-port";

    public override string ToString() => Name;
}

/// <summary>
/// A transport that opens nothing and accepts nobody. Kestrel builds the HTTP/2 side of the gateway for an endpoint on it, which then
/// is reached from the port of the gateway only.
/// </summary>
internal sealed class NowhereTransport : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => endpoint is NowhereEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IConnectionListener>(new Listener(endpoint));

    private sealed class Listener(EndPoint endpoint) : IConnectionListener
    {
        // Null, once unbound, tells Kestrel that no more connections come.
        private readonly TaskCompletionSource<ConnectionContext?> _unbound = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public EndPoint EndPoint => endpoint;

        public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            new(_unbound.Task.WaitAsync(cancellationToken));

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _unbound.TrySetResult(null);
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }
}
