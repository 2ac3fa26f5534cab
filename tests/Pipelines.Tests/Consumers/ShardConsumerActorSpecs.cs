using System.Text.Json;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Pipelines.Tests.Fakes;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using Akka.Actor;
using Akka.TestKit;
using static ActorStreams.Pipelines.Consumers.ConsumerEvents;
using static ActorStreams.Pipelines.Consumers.ConsumerProtocol;

namespace ActorStreams.Pipelines.Tests.Consumers;

public sealed class ShardConsumerActorSpecs : Akka.TestKit.Xunit2.TestKit
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);
    private readonly FakeStreams _streams = new(TimeProvider.System);
    private readonly HttpClient _http = new();
    private readonly PipelineMetrics _metrics = new();
    private readonly IActorRef _region;
    private readonly TestProbe _owner;
    private PipelineDefinition _definition = A.Definition();

    public ShardConsumerActorSpecs()
        : base(PipelineSystem.Config)
    {
        _streams.Create("alerts", 2);
        _streams.Create("dead");
        var services = new ConsumerServices(_streams, _http, TimeProvider.System, _metrics, A.Options(), "here");
        _region = Sys.ActorOf(Props.Create(() => new LocalRegion(services)));
        _owner = CreateTestProbe();
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        _http.Dispose();
        _metrics.Dispose();
    }

    [Fact]
    public async Task Progress_is_checkpointed_and_told()
    {
        var shard = _streams.Create("source").Shards[0].Key;
        PutSteady(20);

        var status = await RunUntilAsync(shard, s => s.Counts.Records == 20 && s.LagMs == 0);

        Assert.Equal(ConsumerPhase.Running, status.Phase);
        Assert.Equal(1, status.Epoch);
        Assert.Equal(0, status.LagRecords);
        await StopAsync(shard);
        Assert.Equal(new ShardPosition(21, 1), (await JournalAsync(shard)).OfType<ConsumerSnapshot>().Single().State.Checkpoint);
    }

    [Fact]
    public async Task The_epoch_is_raised_and_written_at_each_start()
    {
        var shard = _streams.Create("source").Shards[0].Key;
        await RunUntilAsync(shard, s => s is { Epoch: 1, LagMs: 0 });
        await StopAsync(shard);

        await RunUntilAsync(shard, s => s is { Epoch: 2, LagMs: 0 });
        await StopAsync(shard);

        Assert.Equal(2, (await JournalAsync(shard)).Select(e => e is ConsumerStarted s ? s.Epoch : ((e as ConsumerSnapshot)?.State.Epoch ?? 0)).Max());
    }

    [Fact]
    public async Task A_restart_goes_on_where_it_was_and_repeats_nothing()
    {
        var shard = _streams.Create("source").Shards[0].Key;
        PutSteady(20);
        _streams.Put("source", "k", A.Reading(100));
        await RunUntilAsync(shard, s => s.Counts.Alerts == 1);
        await StopAsync(shard);
        PutSteady(5);
        _streams.Put("source", "k", A.Reading(300));

        var status = await RunUntilAsync(shard, s => s.Counts.Records == 27);

        Assert.Equal(new ConsumerCounts(27, 2, 0, 0), status.Counts);
        Assert.Equal([100d, 300d], AlertValues());
    }

    [Fact]
    public async Task A_consumer_that_is_killed_at_any_moment_repeats_and_loses_nothing()
    {
        var shard = _streams.Create("source").Shards[0].Key;
        PutSteady(10);
        for (var round = 0; round < 6; round++)
        {
            _streams.Put("source", "k", A.Reading(1_000 * Math.Pow(10, round)));
            PutSteady(3);
            await RunUntilAsync(shard, s => s.Epoch > round && s.Counts.Records > round);
            var child = await ChildAsync(shard);
            Watch(child);
            Sys.Stop(child);
            await ExpectTerminatedAsync(child, s_patience);
        }

        await RunUntilAsync(shard, s => s is { LagMs: 0, Counts.Records: 34 });

        Assert.Equal([1e3, 1e4, 1e5, 1e6, 1e7, 1e8], AlertValues());
    }

    [Fact]
    public async Task The_end_of_a_shard_finishes_its_consumer_once_its_state_is_kept()
    {
        var shard = _streams.Create("source").Shards[0].Key;
        PutSteady(10);
        _streams.Split("source", 0);

        var status = await RunUntilAsync(shard, s => s.Phase == ConsumerPhase.Finished);

        Assert.Equal(10, status.Counts.Records);
        await StopAsync(shard);
        var journal = await JournalAsync(shard);
        Assert.Equal("k", Assert.Single(Assert.Single(journal.OfType<ConsumerSnapshot>()).Operator.Keys).Key);
        Assert.Single(journal.OfType<ConsumerFinished>());
        await RunUntilAsync(shard, s => s is { Phase: ConsumerPhase.Finished, Epoch: 1 });
    }

    [Fact]
    public async Task Consumers_of_children_take_over_their_parents_state_by_range()
    {
        var parent = _streams.Create("source").Shards[0];
        var keys = Enumerable.Range(0, 8).Select(i => $"key-{i}").ToList();
        for (var i = 0; i < 20; i++) _streams.Put("source", keys.Select(k => (k, A.Reading(10 + (i % 2)))));
        var (lower, upper) = _streams.Split("source", 0);
        await RunUntilAsync(parent.Key, s => s.Phase == ConsumerPhase.Finished);

        // Without the parent's state a key would be warming up and could not alert.
        _streams.Put("source", keys.Select(k => (k, A.Reading(100))));
        foreach (var child in new[] { lower, upper })
            await RunUntilAsync(parent.Key with { Shard = child }, s => s is { LagMs: 0, Phase: ConsumerPhase.Running });

        Assert.Equal(keys, _streams.All("alerts").Select(r => r.Key).Order());
    }

    [Fact]
    public async Task Latest_begins_after_what_is_there_and_remembers_it()
    {
        var shard = _streams.Create("source").Shards[0].Key;
        PutSteady(10);
        _definition = _definition with { Start = StartPosition.Latest };
        await RunUntilAsync(shard, s => s.LagMs == 0);
        await StopAsync(shard);
        PutSteady(3);

        var status = await RunUntilAsync(shard, s => s.Counts.Records > 0 && s.LagMs == 0);

        Assert.Equal(3, status.Counts.Records);
    }

    [Fact]
    public async Task A_damaged_row_stops_the_consumer_and_is_told()
    {
        var shard = _streams.Create("source").Shards[0].Key;
        PutSteady(10);
        _streams.Damage("source", 0, 6);

        var status = await RunUntilAsync(shard, s => s.Phase == ConsumerPhase.Damaged);

        Assert.Contains("Row 6", status.Detail);
        Assert.Equal(4, status.Counts.Records);
    }

    [Fact]
    public async Task A_sink_that_is_away_is_told_and_does_not_hold_up_a_stop()
    {
        var shard = _streams.Create("source").Shards[0].Key;
        PutSteady(20);
        _streams.Put("source", "k", A.Reading(100));
        _streams.OnAppend = _ => AppendFault.NotReady;
        var status = await RunUntilAsync(shard, s => s.Phase == ConsumerPhase.WaitingForSink);
        Assert.Contains("alerts", status.Detail);

        await StopAsync(shard);
        _streams.OnAppend = _ => AppendFault.None;
        await RunUntilAsync(shard, s => s.LagMs == 0 && s.Counts.Alerts == 1);

        Assert.Single(_streams.All("alerts"));
    }

    [Fact]
    public async Task Another_definition_takes_effect_without_losing_the_position()
    {
        var shard = _streams.Create("source").Shards[0].Key;
        PutSteady(20);
        await RunUntilAsync(shard, s => s.Counts.Records == 20);
        _definition = _definition with { Detector = _definition.Detector with { ThresholdDeviations = 1_000 } };
        await RunUntilAsync(shard, s => s is { Epoch: 2, LagMs: 0 });

        _streams.Put("source", "k", A.Reading(100));
        var status = await RunUntilAsync(shard, s => s.Counts.Records == 21);

        Assert.Equal(0, status.Counts.Alerts);
    }

    [Fact]
    public async Task Old_snapshots_and_journal_rows_are_deleted()
    {
        var shard = _streams.Create("source").Shards[0].Key;
        for (var round = 0; round < 5; round++)
        {
            PutSteady(2);
            await RunUntilAsync(shard, s => s.Counts.Records == 2 * (round + 1));
            await StopAsync(shard);
        }

        // The newest snapshot and nothing before it is replayed; rows below the second newest are gone.
        Assert.InRange((await JournalAsync(shard)).Count, 1, 6);
    }

    private void PutSteady(int count)
    {
        for (var i = 0; i < count; i++) _streams.Put("source", "k", A.Reading(10 + (i % 2)));
    }

    private IEnumerable<double> AlertValues() =>
        _streams.All("alerts").Select(r => JsonDocument.Parse(r.Data).RootElement.GetProperty("value").GetDouble());

    private async Task<ConsumerStatus> RunUntilAsync(ShardKey shard, Func<ConsumerStatus, bool> condition)
    {
        var lease = _streams.Description("source").Shards[shard.Shard];
        ConsumerStatus? last = null;
        using var timeout = new CancellationTokenSource(s_patience);
        while (!timeout.IsCancellationRequested)
        {
            _region.Tell(new RunConsumer(_definition, shard, lease.Range, _definition.Start, lease.Parents), _owner.Ref);
            var (success, message) = await _owner.TryReceiveOneAsync(TimeSpan.FromMilliseconds(20));
            if (!success) continue;
            last = (ConsumerStatus)message.Message;
            if (last.Shard == shard && condition(last)) return last;
        }
        throw new TimeoutException($"The last status was {last}.");
    }

    private async Task StopAsync(ShardKey shard)
    {
        var child = await ChildAsync(shard);
        Watch(child);
        _region.Tell(new StopConsumer(_definition.Name, shard), _owner.Ref);
        await ExpectTerminatedAsync(child, s_patience);
        while (_owner.HasMessages) await _owner.ReceiveOneAsync(TimeSpan.Zero);
    }

    private Task<IActorRef> ChildAsync(ShardKey shard) =>
        Sys.ActorSelection(_region.Path / Uri.EscapeDataString(ConsumerProtocol.Id(_definition.Name, shard))).ResolveOne(s_patience);

    private async Task<IReadOnlyList<object>> JournalAsync(ShardKey shard)
    {
        var id = ConsumerProtocol.Id(_definition.Name, shard);
        var probe = CreateTestProbe();
        var reader = Sys.ActorOf(Props.Create(() => new JournalReader(id, probe.Ref)));
        var contents = await probe.ExpectMsgAsync<JournalReader.Contents>(s_patience);
        Watch(reader);
        Sys.Stop(reader);
        await ExpectTerminatedAsync(reader, s_patience);
        return contents.Events;
    }
}
