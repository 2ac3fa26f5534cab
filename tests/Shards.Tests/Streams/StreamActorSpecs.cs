using System.Collections.Concurrent;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Serialization;
using ActorStreams.Shards.Streams;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Configuration;
using static ActorStreams.Shards.Streams.StreamProtocol;

namespace ActorStreams.Shards.Tests.Streams;

/// <summary>A stream's actor between shards that do as they are told and a catalogue whose answers come late.</summary>
public sealed class StreamActorSpecs : IAsyncLifetime
{
    private const string Region = "eu-test-1";
    private readonly HeldCatalogue _catalogue = new();
    private ActorSystem _system = null!;
    private IActorRef _stream = null!;
    private StreamKey _key;

    public async Task InitializeAsync()
    {
        _system = ActorSystem.Create("actorstreams", ConfigurationFactory.ParseString("""
            akka {
              loglevel = WARNING
              actor.provider = cluster
              remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }
              persistence.journal.plugin = "akka.persistence.journal.inmem"
              persistence.snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
            }
            """).WithFallback(ShardsNode.Config).WithFallback(ShardSerialization.Config));
        var cluster = Akka.Cluster.Cluster.Get(_system);
        await cluster.JoinAsync(cluster.SelfAddress);
        var sharding = ClusterSharding.Get(_system);
        var settings = ClusterShardingSettings.Create(_system);
        await sharding.StartAsync(Regions.Shards, _ => Props.Create(() => new Shard()), settings, new Extractor());
        await sharding.StartAsync(Regions.Catalogues, _ => Props.Create(() => new Catalogue(_catalogue)), settings, new Extractor());

        _key = new StreamKey(Region, _catalogue.Register("orders"));
        var tails = new TailBudget(1);
        var services = new ShardServices(
            "a", new ShardOptions(), null!, TimeProvider.System, tails, new LostShards(TimeProvider.System, TimeSpan.Zero), new ShardMetrics(tails), () => { });
        _stream = _system.ActorOf(Props.Create(() => new StreamActor(_key, services, new RetentionClock(TimeProvider.System))));
        _stream.Tell(new Create(_key, "orders", 1, StreamConfiguration.Provisioned, 0));
        await Eventually(() => _catalogue.Entry is { Status: StreamStatus.Active, Shards: 1 });
    }

    public Task DisposeAsync() => _system.Terminate();

    [Fact]
    public async Task Room_that_was_asked_for_in_vain_is_given_back_and_its_late_answer_is_nobodys()
    {
        Assert.IsType<UpdateReply.Unavailable>(await UpdateAsync(new StreamChange.Scale(2)));
        await Eventually(() => _catalogue.Entry is { Status: StreamStatus.Active, Shards: 1 });

        var more = UpdateAsync(new StreamChange.Scale(4));
        await Eventually(() => _catalogue.Entry.Shards == 4);
        _catalogue.AnswerNext();
        Assert.Equal(StreamStatus.Active, await StatusAsync());
        _catalogue.AnswerNext();

        Assert.IsType<UpdateReply.Updated>(await more);
    }

    [Fact]
    public async Task What_is_changed_meanwhile_does_not_give_reserved_room_back()
    {
        var more = UpdateAsync(new StreamChange.Scale(4));
        await Eventually(() => _catalogue.Entry.Shards == 4);

        Assert.IsType<UpdateReply.Updated>(await UpdateAsync(new StreamChange.AddTags(null, StreamConfiguration.NoTags.Add("a", "b"))));
        // What the stream tells the catalogue after a change is told before the next question is answered.
        await StatusAsync();
        await Regions.Of(_system, Regions.Catalogues).Ask<CatalogueProtocol.Awake>(new CatalogueProtocol.Wake(Region), TimeSpan.FromSeconds(10));

        Assert.Equal((4, StreamStatus.Updating), (_catalogue.Entry.Shards, _catalogue.Entry.Status));
        _catalogue.AnswerNext();
        Assert.IsType<UpdateReply.Updated>(await more);
    }

    private Task<UpdateReply> UpdateAsync(StreamChange change) =>
        _stream.Ask<UpdateReply>(new Update(_key, change, IsCompat: false), TimeSpan.FromSeconds(30));

    private async Task<StreamStatus> StatusAsync() =>
        Assert.IsType<DescribeReply.Found>(await _stream.Ask<DescribeReply>(new Describe(_key), TimeSpan.FromSeconds(10))).Stream.Status;

    private static async Task Eventually(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition()) await Task.Delay(10, limit.Token);
    }

    /// <summary>Notes all that a real catalogue would; what it answers to <see cref="CatalogueProtocol.Reserve"/> goes out when the spec says so.</summary>
    private sealed class HeldCatalogue
    {
        private const int Quota = 100;
        private readonly ConcurrentQueue<Action> _held = new();
        private volatile CatalogueState _state = CatalogueState.Empty;

        public CatalogueProtocol.Entry Entry => _state.Streams["orders"];

        public Incarnation Register(string name)
        {
            var (registered, _) = _state.Decide(new CatalogueProtocol.Create(Region, name, 1, StreamConfiguration.Provisioned), Quota, 1);
            Apply(registered);
            return registered!.Incarnation;
        }

        public void Apply(CatalogueEvents.ICatalogueEvent? e)
        {
            if (e is not null) _state = _state.Apply(e);
        }

        public void Note(CatalogueProtocol.StreamReady ready, IActorRef replyTo)
        {
            Apply(_state.Decide(ready));
            replyTo.Tell(new CatalogueProtocol.Noted(Region, ready.Incarnation, ready.Counts));
        }

        public void Hold(CatalogueProtocol.Reserve reserve, IActorRef replyTo)
        {
            var (counted, _) = _state.Decide(reserve, Quota);
            Apply(counted);
            _held.Enqueue(() => replyTo.Tell(new CatalogueProtocol.ReserveReply.Reserved(reserve.Incarnation, reserve.Shards)));
        }

        public void AnswerNext()
        {
            Assert.True(_held.TryDequeue(out var answer));
            answer();
        }
    }

    private sealed class Catalogue : ReceiveActor
    {
        public Catalogue(HeldCatalogue held)
        {
            Receive<CatalogueProtocol.StreamReady>(ready => held.Note(ready, Sender));
            Receive<CatalogueProtocol.Reserve>(reserve => held.Hold(reserve, Sender));
            Receive<CatalogueProtocol.Wake>(_ => Sender.Tell(new CatalogueProtocol.Awake(Region)));
        }
    }

    private sealed class Shard : ReceiveActor
    {
        public Shard()
        {
            Receive<ShardProtocol.Open>(open => Sender.Tell(new ShardProtocol.OpenReply.Opened(open.Shard, open.Generation)));
            Receive<ShardProtocol.Close>(close => Sender.Tell(new ShardProtocol.CloseReply.Closed(close.Shard, 2, 0, [])));
        }
    }

    private sealed class Extractor() : HashCodeMessageExtractor(10)
    {
        public override string? EntityId(object message) => message switch
        {
            ShardProtocol.IRequest shard => shard.Shard.PersistenceId,
            CatalogueProtocol.IRequest catalogue => Regions.CatalogueId(catalogue.Region),
            _ => null,
        };
    }
}
