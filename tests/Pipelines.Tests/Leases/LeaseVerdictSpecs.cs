using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Pipelines.Leases;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using static ActorStreams.Pipelines.Consumers.ConsumerProtocol;
using static ActorStreams.Pipelines.Leases.CoordinatorProtocol;

namespace ActorStreams.Pipelines.Tests.Leases;

/// <summary>What a person is told about a consumer that is behind.</summary>
public sealed class LeaseVerdictSpecs
{
    private const string Node = "akka.tcp://actorstreams@10.0.0.1:4053#17";
    private static readonly ShardKey s_shard = new("us-east-1", new Incarnation(5), 1);

    [Theory]
    [InlineData(ConsumerPhase.WaitingForSink, LeaseVerdict.SlowSink)]
    [InlineData(ConsumerPhase.WaitingForSource, LeaseVerdict.WaitingForSource)]
    [InlineData(ConsumerPhase.Damaged, LeaseVerdict.Damaged)]
    [InlineData(ConsumerPhase.Restarting, LeaseVerdict.Restarting)]
    [InlineData(ConsumerPhase.Starting, LeaseVerdict.NotStarted)]
    public void What_a_consumer_says_of_itself_comes_first_with_its_own_words(ConsumerPhase phase, string verdict)
    {
        var why = Why(Consumer(phase, 5_000, new ConsumerHealth { WaitingMs = 61_000, Tries = 30, Failures = 3 }) with { Detail = "in its own words." });

        Assert.Equal(verdict, why.Verdict);
        if (phase != ConsumerPhase.Starting) Assert.Contains("in its own words.", why.Sentence);
        if (phase == ConsumerPhase.WaitingForSink) Assert.Contains("for 61 s, 30 tries", why.Sentence);
    }

    [Fact]
    public void A_silent_consumer_is_told_from_one_that_fails()
    {
        Assert.Equal(LeaseVerdict.Silent, Why(Consumer(ConsumerPhase.Restarting, 0, new ConsumerHealth { Silences = 2 })).Verdict);
        var unheard = Why(Consumer(ConsumerPhase.Running, 0, new ConsumerHealth()), heardAgoMs: 20_000);
        Assert.Equal(LeaseVerdict.Silent, unheard.Verdict);
        Assert.Contains("for 20 s", unheard.Sentence);
        Assert.Equal(LeaseVerdict.NotStarted, Why(null).Verdict);
    }

    [Fact]
    public void A_retried_alert_is_named() => Assert.Contains(
        "the alert watch-1-0", Assert.IsType<LeaseVerdict>(
            Why(Consumer(ConsumerPhase.Running, 9_000, new ConsumerHealth { Retrying = "the alert watch-1-0, try 2 of 5: the webhook answered 500." }))).Sentence);

    [Fact]
    public void The_stage_that_takes_the_time_is_the_cause()
    {
        Assert.Equal(LeaseVerdict.SlowSink, Behind(new ConsumerHealth { Shares = new StageShares(0.1, 0.1, 0.9, 0) }).Verdict);
        Assert.Contains("webhook takes 80 %", Behind(new ConsumerHealth { Shares = new StageShares(0.1, 0.1, 0, 0.8) }).Sentence);
        Assert.Equal(LeaseVerdict.SlowStore, Behind(new ConsumerHealth { ReadMs = 900, Shares = new StageShares(0.9, 0, 0, 0) }).Verdict);
        Assert.Equal(LeaseVerdict.SlowStore, Behind(new ConsumerHealth { CheckpointMs = 2_000 }).Verdict);
    }

    [Fact]
    public void One_that_catches_up_is_told_with_rates_and_the_time_it_takes()
    {
        var why = Behind(new ConsumerHealth { RecordsPerSecond = 10_000, ClosingMsPerSecond = 9_000, HotKey = "a", HotKeyShare = 0.9 });

        Assert.Equal(LeaseVerdict.CatchingUp, why.Verdict);
        Assert.Equal("It is 90 s behind and catches up in about 10 s: it does 10,000 records a second where about 1,000 records a second come in.", why.Sentence);
    }

    [Fact]
    public void A_transform_that_keeps_records_waiting_is_named()
    {
        var why = Behind(new ConsumerHealth { WaitingMs = 42_000, Tries = 1, Transforming = "The function http://f/ has not answered.", Backlog = new Backlog(5, 1, 0, 0, 0) });

        Assert.Equal(
            (LeaseVerdict.SlowTransform, "Its transform keeps records waiting for 42 s, in try 1: The function http://f/ has not answered."), (why.Verdict, why.Sentence));
    }

    [Fact]
    public void A_delivery_that_holds_records_back_for_its_batch_is_not_behind()
    {
        var backlog = new Backlog(1_204, 1, 0, 0, 0) { Collecting = new CollectedBatch(1_204, 100_000, 5_242_880, 43_000, 300_000) };

        var collects = Behind(new ConsumerHealth { Backlog = backlog });
        var writes = Behind(new ConsumerHealth { Backlog = backlog with { BatchesOut = 2 } });
        var reads = Behind(new ConsumerHealth { RecordsPerSecond = 10_000, ClosingMsPerSecond = 9_000, Backlog = backlog with { UnreadMs = 45_000 } });

        Assert.Equal((LeaseVerdict.Delivering, "It collects a batch: 1,204 records, 100,000 of 5,242,880 bytes, for 43 s of 5 min."), (collects.Verdict, collects.Sentence));
        Assert.StartsWith("It writes a batch, the first of 2 that are full or old enough. It collects", writes.Sentence, StringComparison.Ordinal);
        Assert.Equal(LeaseVerdict.CatchingUp, reads.Verdict);
        Assert.StartsWith("It is 45 s behind and catches up in about 5 s", reads.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_falls_back_is_told_whether_a_split_helps()
    {
        Assert.Equal(LeaseVerdict.HotKey, Behind(new ConsumerHealth { RecordsPerSecond = 10, ClosingMsPerSecond = -5, HotKey = "a", HotKeyShare = 0.9 }).Verdict);
        Assert.Contains("A split", Behind(new ConsumerHealth { RecordsPerSecond = 10, ClosingMsPerSecond = -5, HotKey = "a", HotKeyShare = 0.1 }).Sentence);
    }

    [Fact]
    public void What_there_is_nothing_to_do_for_says_so()
    {
        Assert.Equal(LeaseVerdict.CaughtUp, Why(Consumer(ConsumerPhase.Running, 0, new ConsumerHealth())).Verdict);
        Assert.Equal(LeaseVerdict.NoLease, LeaseVerdict.Of(Application(), "shardId-000000000009").Verdict);
        Assert.Equal(LeaseVerdict.Paused, LeaseVerdict.Of(Application(Lease(null)) with { IsPaused = true }, s_shard.ShardId).Verdict);
        var parent = LeaseVerdict.Of(
            Application(Lease(null) with { IsWanted = false }, new LeaseStatus(s_shard with { Shard = 0 }, Leased(0), null) { IsWanted = true }), s_shard.ShardId);
        Assert.Equal(LeaseVerdict.ParentNotFinished, parent.Verdict);
        Assert.Contains("shardId-000000000000", parent.Sentence);
    }

    private static LeaseVerdict Behind(ConsumerHealth health) => Why(Consumer(ConsumerPhase.Running, 90_000, health));

    private static LeaseVerdict Why(ConsumerStatus? consumer, long heardAgoMs = 500) =>
        LeaseVerdict.Of(Application(Lease(consumer) with { HeardAgoMs = heardAgoMs }), s_shard.ShardId);

    private static ApplicationStatus Application(params LeaseStatus[] leases) => new(
        "watch", ApplicationPhase.Running, "", new StreamId("us-east-1", "source"), new StreamId("us-east-1", "alerts"), new StreamId("us-east-1", "dead"),
        [.. leases]);

    private static LeaseStatus Lease(ConsumerStatus? consumer) => new(s_shard, Leased(1), consumer) { IsWanted = true };

    private static Lease Leased(int shard) => new(shard, HashKeyRange.Whole, shard == 1 ? [0] : [], StartPosition.TrimHorizon, 1, null, 0);

    private static ConsumerStatus Consumer(ConsumerPhase phase, long lagMs, ConsumerHealth health) =>
        new("watch", s_shard, phase, "", 3, new ShardPosition(4, 5), lagMs, null, default, "", Node) { Health = health };
}
