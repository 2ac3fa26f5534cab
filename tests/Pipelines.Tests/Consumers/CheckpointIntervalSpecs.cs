using System.Diagnostics.Metrics;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Pipelines.Tests.Fakes;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Streams;
using Akka.Actor;
using static ActorStreams.Pipelines.Consumers.ConsumerProtocol;

namespace ActorStreams.Pipelines.Tests.Consumers;

/// <summary>When checkpoints and snapshots are written, in time that the spec alone moves.</summary>
public sealed class CheckpointIntervalSpecs : Akka.TestKit.Xunit2.TestKit
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);
    private readonly CountingTime _time = new(new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly FakeStreams _streams;
    private readonly HttpClient _http = new();
    private readonly PipelineMetrics _metrics = new();
    private readonly MeterListener _listener = new();
    private readonly IActorRef _region;
    private int _checkpoints;
    private int _snapshots;

    public CheckpointIntervalSpecs()
        : base(PipelineSystem.Config)
    {
        _streams = new FakeStreams(_time);
        _streams.Create("alerts");
        _streams.Create("dead");
        var services = new ConsumerServices(_streams, _http, _time, _metrics, A.Options() with { ReadWait = TimeSpan.FromDays(1) }, "here");
        _region = Sys.ActorOf(Props.Create(() => new LocalRegion(services)));
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == PipelineMetrics.MeterName) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            if (!tags.Contains(new KeyValuePair<string, object?>("application", "timed"))) return;
            if (instrument.Name == "actorstreams.pipeline.checkpoints") Interlocked.Increment(ref _checkpoints);
            if (instrument.Name == "actorstreams.pipeline.snapshots") Interlocked.Increment(ref _snapshots);
        });
        _listener.Start();
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        _listener.Dispose();
        _http.Dispose();
        _metrics.Dispose();
    }

    [Fact]
    public async Task A_checkpoint_is_written_once_an_interval_however_many_reads_there_were_and_none_when_nothing_moved()
    {
        var shard = _streams.Create("source").Shards[0].Key;
        await PutAsync(shard, 5);
        Assert.Equal(0, _checkpoints);

        _time.Advance(TimeSpan.FromMilliseconds(500));
        await Eventually.BeTrueAsync(() => _checkpoints == 1, "one checkpoint");
        _time.Advance(TimeSpan.FromMilliseconds(500));
        _time.Advance(TimeSpan.FromMilliseconds(500));
        await PutAsync(shard, 10);
        Assert.Equal(1, _checkpoints);

        _time.Advance(TimeSpan.FromMilliseconds(500));
        await Eventually.BeTrueAsync(() => _checkpoints == 2, "a second checkpoint");
        Assert.Equal(0, _snapshots);
    }

    [Fact]
    public async Task A_consumer_that_has_nothing_to_checkpoint_hardly_wakes()
    {
        var shard = _streams.Create("source").Shards[0].Key;
        await PutAsync(shard, 5);
        _time.Advance(TimeSpan.FromMilliseconds(500));
        await Eventually.BeTrueAsync(() => _checkpoints == 1, "one checkpoint");
        // The tick that finds nothing to write is the last at this pace.
        _time.Advance(TimeSpan.FromMilliseconds(500));
        await Sys.ActorSelection(_region.Path / Uri.EscapeDataString(Id("timed", shard))).Ask<ActorIdentity>(new Identify(null), s_patience);
        var before = _time.Ticks;

        for (var i = 0; i < 50; i++) _time.Advance(TimeSpan.FromMilliseconds(500));

        Assert.InRange(_time.Ticks - before, 1, 2);
    }

    [Fact]
    public async Task The_detectors_memory_is_kept_with_the_first_read_after_its_interval()
    {
        var shard = _streams.Create("source").Shards[0].Key;
        await PutAsync(shard, 5);
        _time.Advance(TimeSpan.FromSeconds(29));
        await PutAsync(shard, 6);
        Assert.Equal(0, _snapshots);

        _time.Advance(TimeSpan.FromSeconds(1));
        await PutAsync(shard, 7);

        await Eventually.BeTrueAsync(() => _snapshots == 1, "one snapshot");
    }

    /// <summary>Puts one record after another until there are so many, and waits until each is processed.</summary>
    private async Task PutAsync(ShardKey shard, int total)
    {
        var definition = A.Definition("timed") with { CheckpointInterval = TimeSpan.FromMilliseconds(500), SnapshotInterval = TimeSpan.FromSeconds(30) };
        while (true)
        {
            _region.Tell(new RunConsumer(definition, shard, HashKeyRange.Whole, StartPosition.TrimHorizon, []));
            var status = await ExpectMsgAsync<ConsumerStatus>(s_patience);
            if (status.Phase != ConsumerPhase.Running) continue;
            var put = _streams.All("source").Count;
            if (status.Counts.Records == total) return;
            if (status.Counts.Records == put) _streams.Put("source", "k", A.Reading(1));
        }
    }
}
