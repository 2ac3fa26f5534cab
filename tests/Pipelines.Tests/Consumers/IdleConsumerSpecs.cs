using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Pipelines.Tests.Fakes;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Streams;
using Akka.Actor;
using Microsoft.Extensions.Time.Testing;
using static ActorStreams.Pipelines.Consumers.ConsumerProtocol;

namespace ActorStreams.Pipelines.Tests.Consumers;

/// <summary>What a consumer that is asked seldom says unasked, in time that the spec alone moves.</summary>
public sealed class IdleConsumerSpecs : Akka.TestKit.Xunit2.TestKit
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly FakeStreams _streams;
    private readonly HttpClient _http = new();
    private readonly PipelineMetrics _metrics = new();
    private readonly IActorRef _region;
    private readonly ShardKey _shard;

    public IdleConsumerSpecs()
        : base(PipelineSystem.Config)
    {
        _streams = new FakeStreams(_time);
        _streams.Create("alerts");
        _streams.Create("dead");
        _shard = _streams.Create("source").Shards[0].Key;
        var options = new ConsumerOptions { ReadWait = TimeSpan.FromDays(1) };
        var services = new ConsumerServices(_streams, _http, _time, _metrics, options, "here");
        _region = Sys.ActorOf(Props.Create(() => new LocalRegion(services)));
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        _http.Dispose();
        _metrics.Dispose();
    }

    [Fact]
    public async Task One_that_gets_a_record_says_so()
    {
        await BecomeIdleAsync();

        _streams.Put("source", "k", A.Reading(1));

        await SaysAsync(s => s.Counts.Records == 2);
    }

    [Fact]
    public async Task One_that_ends_says_so()
    {
        await BecomeIdleAsync();

        Sys.Stop(await ConsumerAsync());

        await SaysAsync(s => s.Phase == ConsumerPhase.Restarting);
    }

    [Fact]
    public async Task One_that_is_told_to_drain_says_so()
    {
        await BecomeIdleAsync();

        (await ConsumerAsync()).Tell(Drain.Instance);

        await SaysAsync(s => s.Phase == ConsumerPhase.Draining);
    }

    [Fact]
    public async Task One_whose_graph_fails_says_so()
    {
        await BecomeIdleAsync();

        _streams.OnRead = _ => throw new InvalidOperationException("as told");
        _streams.Put("source", "k", A.Reading(1));

        await SaysAsync(s => s is { Phase: ConsumerPhase.Restarting, Detail: "as told" });
    }

    /// <summary>Nobody asks it meanwhile.</summary>
    private ValueTask<ConsumerStatus> SaysAsync(Predicate<ConsumerStatus> what) => FishForMessageAsync(what, s_patience);

    /// <summary>It has done a record, and said twice that there is nothing more.</summary>
    private async Task BecomeIdleAsync()
    {
        _streams.Put("source", "k", A.Reading(1));
        await RunAsync(s => s.Counts.Records == 1);
        await RunAsync(s => s is { Phase: ConsumerPhase.Running, LagMs: 0 });
        await RunAsync(s => s is { Phase: ConsumerPhase.Running, LagMs: 0 });
        // What it said at its start comes before this.
        (await ConsumerAsync()).Tell(new Identify(null), TestActor);
        await FishForMessageAsync<ActorIdentity>(_ => true, s_patience);
    }

    /// <summary>Tells it to run again and again until it says what is waited for.</summary>
    private async Task RunAsync(Func<ConsumerStatus, bool> condition)
    {
        var definition = A.Definition() with { SnapshotInterval = TimeSpan.FromDays(1) };
        using var timeout = new CancellationTokenSource(s_patience);
        ConsumerStatus? last = null;
        while (!timeout.IsCancellationRequested)
        {
            _region.Tell(new RunConsumer(definition, _shard, HashKeyRange.Whole, StartPosition.TrimHorizon, []), TestActor);
            last = await ExpectMsgAsync<ConsumerStatus>(s_patience);
            if (condition(last)) return;
        }
        throw new TimeoutException($"The last status was {last}.");
    }

    private Task<IActorRef> ConsumerAsync() => Sys.ActorSelection(_region.Path / Uri.EscapeDataString(Id("watch", _shard))).ResolveOne(s_patience);
}
