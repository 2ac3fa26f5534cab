using ActorStreams.Gateway.Auditing;
using ActorStreams.Gateway.Firehose;
using ActorStreams.Gateway.Hosting;
using ActorStreams.Gateway.Kinesis;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Encryption;
using Microsoft.AspNetCore.Hosting.Server;

namespace ActorStreams.Node.Hosting;

/// <summary>The listener for AWS clients.</summary>
internal static class GatewayServer
{
    public static WebApplication Build(
        GatewayOptions options, byte[] tokenKey, IStreams streams, EncryptionKeys keys, IControlAudit audit, IDeliveryStreams? deliveries,
        ILoggerFactory loggers, TimeProvider clock)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton(clock);
        builder.Services.AddSingleton(streams);
        builder.Services.AddSingleton(keys);
        builder.Services.AddSingleton(audit);
        if (deliveries is not null) builder.Services.AddSingleton(deliveries);
        builder.Services.AddActorStreamsGateway(options, tokenKey);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.UseGatewayLimits(options);
            kestrel.ListenForGateway(options);
        });
        var app = builder.Build();
        app.UseActorStreamsGateway();
        return app;
    }

    /// <summary>
    /// Takes no new connections and waits for the requests in flight, but not for ever: a client that reads slowly must not use
    /// up the time in which the shards drain.
    /// </summary>
    public static async Task StopAsync(WebApplication app, TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        app.Services.GetRequiredService<KinesisGateway>().EndSubscriptions();
        await app.Services.GetRequiredService<IServer>().StopAsync(limit.Token);
        await app.StopAsync(limit.Token);
    }
}
