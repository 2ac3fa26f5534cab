using ActorStreams.Shards.Client;
using ActorStreams.Shards.Encryption;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Store;
using ActorStreams.Shards.Streams;
using ActorStreams.Shards.Transfer;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Cluster.Tools.Singleton;
using Akka.Configuration;
using Akka.DistributedData;
using Akka.Event;

namespace ActorStreams.Shards;

/// <summary>
/// The streams and shards of one node: started on an actor system that is a member of a cluster, or about to be, over an opened
/// store. Stops with the actor system's coordinated shutdown, which drains the shards.
/// </summary>
public sealed class ShardsNode : IAsyncDisposable
{
    private readonly ShardServices _services;
    private readonly SpaceReclaimer _reclaimer;

    private ShardsNode(ShardServices services, SpaceReclaimer reclaimer, StreamsClient streams)
    {
        _services = services;
        _reclaimer = reclaimer;
        Streams = streams;
    }

    public StreamsClient Streams { get; }

    public EncryptionKeys Keys => _services.Keys;

    /// <summary>Settings of cluster sharding that the shards need; beside <see cref="Serialization.ShardSerialization.Config"/> and the store's.</summary>
    public static Config Config { get; } = ConfigurationFactory.ParseString("""
        akka.cluster.sharding {
          state-store-mode = ddata
          remember-entities = off
          passivate-idle-entity-after = off
          # A new bucket is placed at the first message to it; a create of many shards meets many.
          retry-interval = 200ms
        }
        """)
        // Akka adds these when the first region starts, and what other members sent before that could not be read.
        .WithFallback(ClusterSharding.DefaultConfig()).WithFallback(DistributedData.DefaultConfig()).WithFallback(ClusterSingleton.DefaultConfig());

    /// <summary>Answers when the regions take messages and what must not sleep is awake.</summary>
    /// <param name="role">Only members of this role hold shards and streams, the others reach them there; null for all members.</param>
    public static async Task<ShardsNode> StartAsync(
        ActorSystem system, ShardStore store, ShardOptions options, TimeProvider time, CancellationToken cancel, EncryptionKeys? keys = null,
        string? role = null, StoreWatch? watch = null)
    {
        var tails = new TailBudget(options.NodeTailBytesMax);
        var metrics = new ShardMetrics(tails, options.MetricsPerShard);
        var reclaimer = new SpaceReclaimer(store, time);
        var self = Akka.Cluster.Cluster.Get(system).SelfUniqueAddress;
        var node = $"{self}/{Guid.NewGuid():n}";
        var services = new ShardServices(
            node, options, store.Journal, time, tails, new LostShards(time, options.LostShardHold), metrics, reclaimer.SpaceFreed)
        {
            Keys = keys ?? EncryptionKeys.None,
            Incoming = system.ActorOf(Props.Create(() => new AppendReceiver(options.IncomingBytesMax, options.HoldPuts, time)), "incoming-appends"),
            Address = self.Address.ToString(),
            Watch = watch,
        };

        var clock = new RetentionClock(time);
        var sharding = ClusterSharding.Get(system);
        var settings = ClusterShardingSettings.Create(system).WithRole(role);
        var isHost = role is null || Akka.Cluster.Cluster.Get(system).SelfRoles.Contains(role);
        Start(Regions.Shards, id => ShardKey.TryParse(id, out var key) ? ShardActor.Props(key, services) : throw Malformed(id), ShardActor.Drain.Instance);
        Start(Regions.Streams, id => StreamKey.TryParse(id, out var key)
            ? Props.Create(() => new StreamActor(key, services, clock)) : throw Malformed(id), PoisonPill.Instance);
        Start(Regions.Catalogues, id => Props.Create(() => new CatalogueActor(id, options.ShardQuota, time, services.Recoveries, options.AwakenInterval)), PoisonPill.Instance);
        system.ActorOf(Props.Create(() => new UndeliveredRefuser(services.Recoveries)), "undelivered");

        var streams = new StreamsClient(system, new ShardReader(store.Journal, metrics, services.Keys), store.Journal, options, time);
        var awakener = isHost ? system.ActorOf(Props.Create(() => new Awakener(services)), "awakener") : ActorRefs.Nobody;
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseBeforeClusterShutdown, "refuse-calls", () =>
        {
            streams.Close();
            awakener.Tell(PoisonPill.Instance);
            return Task.FromResult(Akka.Done.Instance);
        });
        // A crash may have come between the deletion of rows and giving their space back.
        reclaimer.SpaceFreed();
        foreach (var id in await store.Journal.PersistenceIdsAsync(Regions.CataloguePrefix, cancel).ConfigureAwait(false))
            await AwakenAsync(system, id[Regions.CataloguePrefix.Length..], services, cancel).ConfigureAwait(false);
        return new ShardsNode(services, reclaimer, streams);

        void Start(string type, Func<string, Props> props, object stop)
        {
            if (isHost) sharding.Start(type, props, settings, new Regions.Extractor(), sharding.DefaultShardAllocationStrategy(settings), stop);
            else sharding.StartProxy(type, role!, new Regions.Extractor());
        }

        static InvalidOperationException Malformed(string id) => new($"'{id}' is not the id of an entity of ours.");
    }

    private static readonly TimeSpan s_awakenWithin = TimeSpan.FromSeconds(10);

    /// <summary>Asks again where a recovery fails at first, as one does that meets an unreadable snapshot.</summary>
    private static async Task AwakenAsync(ActorSystem system, string region, ShardServices services, CancellationToken cancel)
    {
        var since = services.Time.GetTimestamp();
        while (true)
        {
            if (await WakeAsync(system, region, services, cancel).ConfigureAwait(false)) return;
            if (services.Time.GetElapsedTime(since) > s_awakenWithin)
            {
                throw new StoreUnavailableException(
                    $"The catalogue of region {region} does not recover: {services.Recoveries.Failure(Regions.CatalogueId(region)) ?? "it does not answer."}");
            }
            await Task.Delay(TimeSpan.FromMilliseconds(20), services.Time, cancel).ConfigureAwait(false);
        }
    }

    private static async Task<bool> WakeAsync(ActorSystem system, string region, ShardServices services, CancellationToken cancel)
    {
        try
        {
            return await Regions.Of(system, Regions.Catalogues).Ask<CatalogueProtocol.IMessage>(
                new CatalogueProtocol.Wake(region), services.Options.AnswerTimeout, cancel).ConfigureAwait(false) is CatalogueProtocol.Awake;
        }
        catch (AskTimeoutException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _reclaimer.DisposeAsync().ConfigureAwait(false);
        _services.Metrics.Dispose();
    }

    /// <summary>
    /// A message that reached no actor was definitely not worked on, so its sender is told at once and need not wait for a
    /// time-out: a shard that stops after a failed write leaves what is still in its mailbox.
    /// </summary>
    private sealed class UndeliveredRefuser : ReceiveActor
    {
        public UndeliveredRefuser(Recoveries recoveries) => Receive<DeadLetter>(letter =>
        {
            var refusal = letter.Message switch
            {
                ShardProtocol.IRequest shard => Refusals.Of(
                    shard, ShardProtocol.AppendError.NotReady,
                    recoveries.Failure(shard.Shard.PersistenceId) ?? "The shard stopped before it took the message."),
                StreamProtocol.Update => new StreamProtocol.UpdateReply.Unavailable("The stream stopped before it took the message."),
                StreamProtocol.Describe => new StreamProtocol.DescribeReply.Unavailable("The stream stopped before it took the message."),
                CatalogueProtocol.IRequest catalogue => Refusals.Of(
                    catalogue, recoveries.Failure(Regions.CatalogueId(catalogue.Region)) ?? "The catalogue stopped before it took the message."),
                _ => null,
            };
            if (refusal is not null && !letter.Sender.IsNobody()) letter.Sender.Tell(refusal);
        });

        protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(DeadLetter));
    }
}
