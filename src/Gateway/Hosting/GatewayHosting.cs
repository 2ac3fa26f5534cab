using System.Net;
using System.Net.Sockets;
using ActorStreams.Gateway.Kinesis;
using ActorStreams.Shards.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace ActorStreams.Gateway.Hosting;

/// <summary>Puts the gateway into a Kestrel host: services, limits, and the one terminal middleware.</summary>
public static class GatewayHosting
{
    /// <summary>
    /// Registers the gateway. <see cref="IStreams"/> must be registered too; <see cref="TimeProvider"/> is the system's unless it is.
    /// </summary>
    /// <param name="tokenKey">
    /// Seals shard iterators and pagination tokens; 32 bytes, the same on all nodes and after a restart, so it is kept in the store.
    /// </param>
    public static IServiceCollection AddActorStreamsGateway(this IServiceCollection services, GatewayOptions options, byte[] tokenKey)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<GatewayMetrics>();
        services.AddSingleton(options);
        services.AddSingleton(provider => new KinesisGateway(
            provider.GetRequiredService<IStreams>(),
            provider.GetRequiredService<TimeProvider>(),
            options,
            tokenKey,
            provider.GetRequiredService<GatewayMetrics>(),
            provider.GetRequiredService<ILoggerFactory>()));
        return services;
    }

    /// <summary>Bounds what clients can hold: connections, idle and slow ones, heads and bodies of requests.</summary>
    public static void UseGatewayLimits(this KestrelServerOptions kestrel, GatewayOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.AllowSynchronousIO = false;
        var limits = kestrel.Limits;
        limits.MaxConcurrentConnections = options.ConnectionsMax;
        // The gateway refuses bodies above its own limit, after it has read over them: a client that is still sending when its
        // connection closes sees a broken connection, not the answer. Beyond this size it is closed all the same.
        limits.MaxRequestBodySize = 2L * options.RequestBodyBytesMax;
        limits.RequestHeadersTimeout = options.RequestHeadTimeout;
        limits.KeepAliveTimeout = options.KeepAliveTimeout;
        var rate = options.SlowClientBytesPerSecondMin > 0
            ? new MinDataRate(options.SlowClientBytesPerSecondMin, options.SlowClientGrace)
            : null;
        limits.MinRequestBodyDataRate = rate;
        limits.MinResponseDataRate = rate;
    }

    /// <summary>Listens on address and port of the options, on loopback only when nobody is authenticated. HTTP/1.1.</summary>
    public static void ListenForGateway(this KestrelServerOptions kestrel, GatewayOptions options)
    {
        void Configure(ListenOptions listen) => listen.Protocols = HttpProtocols.Http1;
        if (!options.RequiresLoopback && options.BindAddress is not null)
            kestrel.Listen(IPAddress.Parse(options.BindAddress), options.Port, Configure);
        else if (!options.RequiresLoopback)
            kestrel.ListenAnyIP(options.Port, Configure);
        else
            ListenOnLoopback(kestrel, options.Port, Configure);
    }

    /// <summary>
    /// Kestrel's own ListenLocalhost goes on with one of the two addresses when the other one is taken: clients would then reach
    /// another program at the port, or none.
    /// </summary>
    private static void ListenOnLoopback(KestrelServerOptions kestrel, int port, Action<ListenOptions> configure)
    {
        kestrel.Listen(IPAddress.Loopback, port, configure);
        // On port 0 each address would get a port of its own.
        if (port != 0 && HasIPv6Loopback()) kestrel.Listen(IPAddress.IPv6Loopback, port, configure);
    }

    private static bool HasIPv6Loopback()
    {
        if (!Socket.OSSupportsIPv6) return false;
        try
        {
            using var probe = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            probe.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Ends the pipeline: every request that comes here is answered as the AWS protocols have it.</summary>
    public static IApplicationBuilder UseActorStreamsGateway(this IApplicationBuilder app)
    {
        var gateway = app.ApplicationServices.GetRequiredService<KinesisGateway>();
        app.Run(gateway.InvokeAsync);
        return app;
    }

    /// <summary>Where a started server listens, for hosts on port 0.</summary>
    public static Uri GatewayAddress(this IServiceProvider services)
    {
        var addresses = services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features.Get<IServerAddressesFeature>();
        return new Uri(addresses!.Addresses.First());
    }
}
