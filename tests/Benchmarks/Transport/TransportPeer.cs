using System.Globalization;
using System.Net;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Transfer;
using Akka.Actor;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace ActorStreams.Benchmarks.Transport;

/// <summary>The other node, in a process of its own: takes appends as an owner does and answers them without a store. Ends with its input.</summary>
internal static class TransportPeer
{
    /// <summary>The first argument of a process that is one.</summary>
    public const string Argument = "transport-peer";

    public const string ShardName = "shard";
    public const string EchoName = "echo";

    /// <param name="more">Akka settings that win over a node's.</param>
    public static async Task RunAsync(string more)
    {
        using var system = TransportSystem.Start(more);
        var cluster = Akka.Cluster.Cluster.Get(system);
        await cluster.JoinAsync(cluster.SelfAddress);
        system.ActorOf(Props.Create(() => new Owner()), ShardName);
        system.ActorOf(Props.Create(() => new Echo()), EchoName);
        await using var http = await StartHttpAsync();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{cluster.SelfAddress} {new Uri(http.Urls.First()).Port}"));
        await Console.In.ReadToEndAsync();
        await system.Terminate();
    }

    private static async Task<WebApplication> StartHttpAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.Http2.InitialConnectionWindowSize = 8 << 20;
            kestrel.Limits.Http2.InitialStreamWindowSize = 4 << 20;
            kestrel.Limits.Http2.MaxFrameSize = 1 << 20;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Run(async context =>
        {
            var bytes = GC.AllocateUninitializedArray<byte>((int)context.Request.ContentLength!.Value);
            await context.Request.Body.ReadExactlyAsync(bytes);
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        });
        await app.StartAsync();
        return app;
    }

    private sealed class Owner : UntypedActor
    {
        private readonly IActorRef _incoming =
            Context.ActorOf(Props.Create(() => new AppendReceiver(64L << 20, TimeSpan.FromSeconds(5), TimeProvider.System)), "incoming");

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case ShardProtocol.Append append:
                    Sender.Tell(new ShardProtocol.AppendReply.Appended(1, 1, 0, append.Block.Count, 0));
                    break;
                case TransferProtocol.OfferAppend offer:
                    _incoming.Tell(new AppendReceiver.Fetch(offer, Sender, Self));
                    break;
            }
        }
    }

    private sealed class Echo : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message);
    }
}
