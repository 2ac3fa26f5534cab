using System.Net;
using System.Net.Sockets;
using ActorStreams.Gateway.Auditing;
using ActorStreams.Gateway.Firehose;
using ActorStreams.Gateway.Kinesis;
using ActorStreams.Gateway.Tls;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Encryption;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorStreams.Gateway.Hosting;

/// <summary>Puts the gateway into a Kestrel host: services, limits, and the one terminal middleware.</summary>
public static class GatewayHosting
{
    /// <summary>
    /// Registers the gateway. <see cref="IStreams"/> must be registered too; <see cref="TimeProvider"/> is the system's unless it is, and
    /// without <see cref="EncryptionKeys"/> there are none; without <see cref="IControlAudit"/> no note is taken of control calls; with
    /// <see cref="IDeliveryStreams"/> there is the Firehose API too.
    /// </summary>
    /// <param name="tokenKey">
    /// Seals shard iterators and pagination tokens; 32 bytes, the same on all nodes and after a restart, so it is kept in the store.
    /// </param>
    public static IServiceCollection AddActorStreamsGateway(this IServiceCollection services, GatewayOptions options, byte[] tokenKey)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<GatewayMetrics>();
        // Kestrel adds its sockets only where there is no other transport yet, so both are named here.
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConnectionListenerFactory, SocketTransportFactory>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConnectionListenerFactory, NowhereTransport>());
        services.AddSingleton(options);
        services.AddSingleton(provider =>
        {
            var gateway = new KinesisGateway(
                provider.GetRequiredService<IStreams>(),
                provider.GetRequiredService<TimeProvider>(),
                options,
                tokenKey,
                provider.GetRequiredService<GatewayMetrics>(),
                provider.GetRequiredService<ILoggerFactory>(),
                provider.GetService<EncryptionKeys>(),
                provider.GetService<IControlAudit>(),
                provider.GetService<IDeliveryStreams>());
            provider.GetService<IHostApplicationLifetime>()?.ApplicationStopping.Register(gateway.EndSubscriptions);
            return gateway;
        });
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
        LimitHttp2(limits.Http2, options);
    }

    /// <summary>
    /// The windows are what one connection can make Kestrel hold before the gateway reads and counts it: as much as over HTTP/1.1 for
    /// one request, twice that for all. A body of 10 MiB then takes ten round trips.
    /// </summary>
    private static void LimitHttp2(Http2Limits limits, GatewayOptions options)
    {
        limits.MaxStreamsPerConnection = options.Http2StreamsMax;
        limits.InitialStreamWindowSize = 1024 * 1024;
        limits.InitialConnectionWindowSize = 2 * 1024 * 1024;
        // Larger frames save nothing measurable and let one request hold up the others of its connection for longer.
        limits.MaxFrameSize = 16 * 1024;
        limits.HeaderTableSize = 4 * 1024;
        // One field is at most as long as all of them together.
        limits.MaxRequestHeaderFieldSize = 32 * 1024;
        limits.KeepAlivePingDelay = options.Http2PingDelay;
        limits.KeepAlivePingTimeout = options.Http2PingTimeout;
    }

    /// <summary>
    /// Listens on address and port of the options, on loopback only when nobody is authenticated. HTTP/1.1, and HTTP/2 for clients that
    /// begin with it. The same on the TLS port, if there is one. Needs <see cref="AddActorStreamsGateway"/>. Throws
    /// <see cref="CertificateException"/> when the certificate can't be used.
    /// </summary>
    public static void ListenForGateway(this KestrelServerOptions kestrel, GatewayOptions options)
    {
        var services = kestrel.ApplicationServices;
        var time = services.GetRequiredService<TimeProvider>();
        var choice = new ProtocolChoice(options.RequestHeadTimeout, time);
        // Endpoints are bound in this order, so the HTTP/2 side is there before the first connection.
        kestrel.Listen(new NowhereEndPoint(), choice.Offer);
        Listen(kestrel, options, options.Port, choice.Choose);
        if (options is not { TlsPort: { } tlsPort, Tls: { } tls }) return;
        var certificate = new ServerCertificate(tls, time, services.GetRequiredService<ILoggerFactory>().CreateLogger<ServerCertificate>());
        Listen(kestrel, options, tlsPort, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                HandshakeTimeout = options.RequestHeadTimeout,
                OnConnection = _ => ValueTask.FromResult(certificate.Current()),
            });
        });
    }

    private static void Listen(KestrelServerOptions kestrel, GatewayOptions options, int port, Action<ListenOptions> configure)
    {
        if (!options.RequiresLoopback && options.BindAddress is not null)
            kestrel.Listen(IPAddress.Parse(options.BindAddress), port, configure);
        else if (!options.RequiresLoopback)
            kestrel.ListenAnyIP(port, configure);
        else
            ListenOnLoopback(kestrel, port, configure);
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
    public static Uri GatewayAddress(this IServiceProvider services) => services.Addresses().First(a => a.Scheme == Uri.UriSchemeHttp);

    /// <summary>The same for TLS; null where there is none.</summary>
    public static Uri? GatewayTlsAddress(this IServiceProvider services) => services.Addresses().FirstOrDefault(a => a.Scheme == Uri.UriSchemeHttps);

    private static IEnumerable<Uri> Addresses(this IServiceProvider services)
    {
        var addresses = services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features.Get<IServerAddressesFeature>();
        return addresses!.Addresses.Select(a => new Uri(a)).Where(a => a.Host != NowhereEndPoint.Name);
    }
}
