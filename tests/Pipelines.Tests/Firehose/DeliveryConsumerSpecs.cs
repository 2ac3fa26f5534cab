using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Pipelines.Firehose;
using ActorStreams.Pipelines.Firehose.Destinations;
using ActorStreams.Pipelines.Tests.Fakes;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Streams;
using Akka.Actor;
using Microsoft.Extensions.Time.Testing;
using static ActorStreams.Pipelines.Consumers.ConsumerProtocol;

namespace ActorStreams.Pipelines.Tests.Firehose;

public sealed class DeliveryConsumerSpecs() : Akka.TestKit.Xunit2.TestKit(PipelineSystem.Config)
{
    private IActorRef? _region;

    [Fact]
    public async Task A_delivery_that_cannot_run_tells_how_long_the_source_still_keeps_its_records()
    {
        using var http = new HttpClient();
        using var metrics = new PipelineMetrics();
        var streams = new FakeStreams(TimeProvider.System);
        var shard = streams.Create("source").Shards[0].Key;
        streams.Put("source", "k", "a record");
        var services = new ConsumerServices(streams, http, TimeProvider.System, metrics, A.Options(), "here")
        {
            Deliveries = new DeliveryServices("", _ => throw new DeliveryConfigurationException("The bucket is not there any more.")) { RetentionShareMax = 0 },
        };

        var last = await RunUntilAsync(services, shard, s => s is { Phase: ConsumerPhase.Restarting, Health.Retention.IsShort: true });

        Assert.Equal("The bucket is not there any more.", last.Detail);
        Assert.InRange(last.Health!.Retention!.LeftMs, TimeSpan.FromHours(23).TotalMilliseconds, TimeSpan.FromHours(24).TotalMilliseconds);
        Assert.InRange(last.LagMs, 0, TimeSpan.FromHours(1).TotalMilliseconds);
        Assert.Null(last.LagRecords);
    }

    [Fact]
    public async Task What_a_destination_that_is_away_does_not_take_is_behind_though_it_is_read()
    {
        using var http = new HttpClient();
        using var metrics = new PipelineMetrics();
        var isAway = true;
        await using var rig = new DeliveryRig { BufferBytesMax = 1 };
        var (shard, sent) = rig.Put(20);
        rig.OnStep = at =>
        {
            if (at == "write" && isAway) throw new DestinationAwayException("no space");
        };
        var services = new ConsumerServices(rig.Streams, http, TimeProvider.System, metrics, A.Options(), "here") { Deliveries = rig.Services };

        var first = await RunUntilAsync(services, shard, s => s is { Phase: ConsumerPhase.WaitingForSink, LagRecords: 20, Health.Backlog.UnreadMs: 0 });
        var later = await RunUntilAsync(services, shard, s => s.LagMs > first.LagMs);

        Assert.Equal("memory: no space", later.Detail);
        Assert.Equal(20, later.Health!.Backlog!.Records);
        Assert.True(later.Health.Backlog.BatchesOut > 0, $"{later.Health.Backlog} has no batch on its way out.");
        Assert.True(later.Checkpoint.CompareTo(rig.End) < 0, $"{later.Checkpoint} is behind all there is.");

        isAway = false;
        var done = await RunUntilAsync(services, shard, s => s is { Phase: ConsumerPhase.Running, LagMs: 0, LagRecords: 0 });
        Assert.Equal(0, done.Health!.Backlog!.Records);
        Assert.Equal(sent.Order(), rig.Store.Lines.Order());
    }

    [Fact]
    public async Task The_latest_of_a_delivery_stream_is_what_arrives_once_it_is_there_however_late_it_begins()
    {
        using var http = new HttpClient();
        using var metrics = new PipelineMetrics();
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 9, 0, 0, 0, TimeSpan.Zero));
        await using var rig = new DeliveryRig { Streams = new FakeStreams(time), BufferBytesMax = 1 };
        var shard = rig.Streams.Create("source").Shards[0].Key;
        rig.Streams.Put("source", "k", "before");
        time.Advance(TimeSpan.FromSeconds(1));
        var definition = DeliveryRig.Definition with { Start = StartPosition.Latest, CreatedAt = time.GetUtcNow() };
        rig.Streams.Put("source", "k", "after");
        var services = new ConsumerServices(rig.Streams, http, TimeProvider.System, metrics, A.Options(), "here") { Deliveries = rig.Services };

        await RunUntilAsync(services, shard, s => s is { Phase: ConsumerPhase.Running, Counts.Records: > 0 }, definition);

        Assert.Equal(["after"], rig.Store.Lines);
    }

    [Fact]
    public async Task A_destination_that_takes_long_to_answer_is_seen_before_it_fails()
    {
        using var http = new HttpClient();
        using var metrics = new PipelineMetrics();
        var loader = new HoldingLoader(1);
        await using var rig = new DeliveryRig { BufferBytesMax = 1 << 20, Loader = _ => loader };
        var (shard, _) = rig.Put(5);
        var services = new ConsumerServices(rig.Streams, http, TimeProvider.System, metrics, A.Options(), "here") { Deliveries = rig.Services with { BeatInterval = TimeSpan.FromMilliseconds(20) } };

        var waits = await RunUntilAsync(services, shard, s => s.Phase == ConsumerPhase.WaitingForSink);
        loader.MayGo.SetResult();

        Assert.Equal(("The destination has not answered for a while; the request goes on.", 0), (waits.Detail, waits.Health!.Tries));
        await RunUntilAsync(services, shard, s => s is { Phase: ConsumerPhase.Running, LagRecords: 0 });
    }

    [Fact]
    public async Task Nothing_of_what_is_delivered_stays_in_the_spool_though_nothing_more_comes()
    {
        using var http = new HttpClient();
        using var metrics = new PipelineMetrics();
        await using var rig = new DeliveryRig { BufferBytesMax = 1 };
        var (shard, _) = rig.Put(20);
        var spooled = 0;
        rig.OnStep = at =>
        {
            if (at == "write") spooled += Spooled().Length;
        };
        var services = new ConsumerServices(rig.Streams, http, TimeProvider.System, metrics, A.Options(), "here") { Deliveries = rig.Services };

        await RunUntilAsync(services, shard, s => s is { Phase: ConsumerPhase.Running, LagMs: 0, LagRecords: 0 });
        await Eventually.BeTrueAsync(() => Spooled().Length == 0, "an empty spool");

        Assert.NotEqual(0, spooled);
        Assert.NotEmpty(rig.Store.Lines);

        string[] Spooled() => Directory.GetFiles(rig.SpoolFolder, "*", SearchOption.AllDirectories);
    }

    [Fact]
    public async Task A_transform_that_hangs_is_seen_and_its_calls_are_counted()
    {
        using var http = new HttpClient();
        using var metrics = new PipelineMetrics();
        using var counted = new CountedDeliveries("stuck");
        var isMended = new TaskCompletionSource();
        await using var rig = new DeliveryRig { Steps = [new TestSteps.Stuck(isMended.Task)], BufferBytesMax = 1 };
        var (shard, sent) = rig.Put(5);
        var services = new ConsumerServices(rig.Streams, http, TimeProvider.System, metrics, A.Options(), "here") { Deliveries = rig.Services };
        var definition = DeliveryRig.Definition with { Stream = "stuck" };

        var waits = await RunUntilAsync(services, shard, s => s.Health is { Transforming.Length: > 0, WaitingMs: > 0 }, definition);

        Assert.Equal((ConsumerPhase.Running, "stuck: the first call failed.", 2), (waits.Phase, waits.Detail, waits.Health!.Tries));
        Assert.Equal((5, 5), (waits.LagRecords, waits.Health.Backlog!.Records));
        Assert.True(waits.LagMs > 0, $"{waits.LagMs} ms of lag.");

        isMended.SetResult();
        await RunUntilAsync(services, shard, s => s is { Detail: "", LagMs: 0, LagRecords: 0 }, definition);
        Assert.Equal(sent.Order(), rig.Store.Lines.Order());
        Assert.Equal((2, 1), (counted["execute_processing.attempts"], counted["execute_processing.success"]));
        Assert.Equal(1, counted["execute_processing.failures,reason=timed_out"]);
    }

    private async Task<ConsumerStatus> RunUntilAsync(ConsumerServices services, ShardKey shard, Func<ConsumerStatus, bool> isReached, DeliveryDefinition? definition = null)
    {
        _region ??= Sys.ActorOf(Props.Create(() => new LocalRegion(services)));
        var owner = CreateTestProbe();
        ConsumerStatus? last = null;
        await Eventually.BeTrueAsync(
            () =>
            {
                _region.Tell(new RunConsumer(definition ?? DeliveryRig.Definition, shard, HashKeyRange.Whole, (definition ?? DeliveryRig.Definition).Start, []), owner.Ref);
                // One that ends in this moment hears nothing, and is told again.
                if (owner.ReceiveOne(TimeSpan.FromSeconds(1)) is ConsumerStatus status) last = status;
                return last is not null && isReached(last);
            },
            "the status", seconds: 30);
        return last!;
    }
}
