using ActorStreams.Shards;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Encryption;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Serialization;
using ActorStreams.Shards.Store;
using Akka.Actor;
using Akka.Configuration;

namespace ActorStreams.TestKit;

/// <summary>Streams and shards of one node in this process: a cluster of one over a store.</summary>
public sealed class ShardsHost : IAsyncDisposable
{
    private readonly ShardStore _store;
    private readonly ShardsNode _node;

    private ShardsHost(ActorSystem system, ShardStore store, ShardsNode node)
    {
        System = system;
        _store = store;
        _node = node;
    }

    public ActorSystem System { get; }

    public IStreams Streams => _node.Streams;

    public StreamsClient Client => _node.Streams;

    public ShardStore Store => _store;

    /// <param name="more">Settings of what else a spec runs on the same actor system.</param>
    /// <param name="other">A node over the same store whose cluster this one joins.</param>
    public static async Task<ShardsHost> StartAsync(
        StoreOptions storeOptions, ShardOptions? options = null, TimeProvider? time = null, Config? more = null, EncryptionKeys? keys = null,
        ShardsHost? other = null)
    {
        time ??= TimeProvider.System;
        var store = await ShardStore.OpenAsync(storeOptions, time, CancellationToken.None);
        var (config, setup) = StoreHosting.ForActorSystem(storeOptions);
        var settings = ConfigurationFactory.ParseString("""
            akka {
              loglevel = WARNING
              actor.provider = cluster
              remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }
              cluster.downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
              # As the executable has it: a message that comes to a region as it leaves holds the region up until this is over.
              coordinated-shutdown.phases.cluster-sharding-shutdown-region.timeout = 3s
            }
            """).WithFallback(ShardsNode.Config).WithFallback(ShardSerialization.Config).WithFallback(config)
            .WithFallback(more ?? Config.Empty);
        var system = ActorSystem.Create("actorstreams", BootstrapSetup.Create().WithConfig(settings).And(setup));
        var cluster = Akka.Cluster.Cluster.Get(system);
        await cluster.JoinAsync(other is null ? cluster.SelfAddress : Akka.Cluster.Cluster.Get(other.System).SelfAddress);
        var node = await ShardsNode.StartAsync(system, store, options ?? new ShardOptions(), time, CancellationToken.None, keys);
        return new ShardsHost(system, store, node);
    }

    /// <summary>Stops as a node does: drain, leave, close.</summary>
    public async ValueTask DisposeAsync()
    {
        await CoordinatedShutdown.Get(System).Run(CoordinatedShutdown.ActorSystemTerminateReason.Instance);
        await _node.DisposeAsync();
        await _store.DisposeAsync();
    }
}
