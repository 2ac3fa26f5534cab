using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using ActorStreams.Shards.Tests.Serialization;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Shards.Tests.Log;

public class AppendDecisionSpecs
{
    private static readonly ShardKey s_key = new("eu-central-1", new Incarnation(0x0199_8877_6655), 7);
    private static readonly ShardState s_open = ShardState.Unborn
        .Apply(new ShardEvents.Opened(HashKeyRange.Whole, 2, [], 1000, [], "node-a"), 1)
        .Apply(new ShardEvents.ProducerAttached("p", 3), 2);

    [Fact]
    public void Appends_of_one_flush_stand_one_after_another_in_one_row()
    {
        var decision = AppendDecision.Decide(s_open, [Plain(), Plain(), Plain()], 2000);

        Assert.Equal(
            [
                new AppendReply.Appended(2, 3, 0, 2, 2000),
                new AppendReply.Appended(2, 3, 2, 2, 2000),
                new AppendReply.Appended(2, 3, 4, 2, 2000),
            ],
            decision.Replies);
        Assert.Equal((3, 6), (decision.Batch!.Row, decision.Batch.Count));
    }

    [Fact]
    public void Records_never_arrive_before_their_predecessors_whatever_the_clock_says()
    {
        var decision = AppendDecision.Decide(s_open, [Plain()], 400);

        Assert.Equal(1000, Assert.IsType<AppendReply.Appended>(decision.Replies[0]).ArrivalMs);
        Assert.Equal(1000, decision.Batch!.Header.FirstArrivalMs);
    }

    [Fact]
    public void The_second_append_of_a_producer_in_one_flush_follows_the_first()
    {
        var decision = AppendDecision.Decide(s_open, [By(0, 1), By(1, 2), By(0, 1), By(0, 3), By(2, 4)], 2000);

        Assert.IsType<AppendReply.Appended>(decision.Replies[0]);
        Assert.IsType<AppendReply.Appended>(decision.Replies[1]);
        Assert.Equal(new AppendReply.Repeated(At(2)), decision.Replies[2]);
        Assert.Equal(AppendError.Gap, Assert.IsType<AppendReply.Refused>(decision.Replies[3]).Error);
        Assert.Equal(4, Assert.IsType<AppendReply.Appended>(decision.Replies[4]).FirstIndex);
        Assert.Equal(6, decision.Batch!.Count);
        Assert.Equal([At(1), At(2), At(4)], decision.Batch.Advances().Select(a => a.Position));
    }

    [Fact]
    public void The_positions_of_a_flush_are_those_of_the_state_after_it()
    {
        var decision = AppendDecision.Decide(s_open, [By(0, 1), By(1, 2)], 2000);

        var after = s_open.Apply(new ShardEvents.RecordsAppended(decision.Batch!), 3);

        Assert.Equal(At(2), ProducerPositions.Frontier(after.Producers["p"], after.Range));
        Assert.Equal((3, 4, 4), (after.TipRow, after.TipCount, after.RecordsTotal));
        Assert.Equal(new ShardPosition(3, 4), after.Bounds.AfterTip);
    }

    [Fact]
    public void Nothing_is_written_where_all_appends_are_repeats_or_refused()
    {
        var decision = AppendDecision.Decide(s_open, [By(1, 2), By(0, 1, epoch: 2), By(0, 1, epoch: 4)], 2000);

        Assert.Null(decision.Batch);
        Assert.Equal(
            [AppendError.Gap, AppendError.StaleEpoch, AppendError.NotAttached],
            decision.Replies.Select(r => Assert.IsType<AppendReply.Refused>(r).Error));
    }

    [Fact]
    public void A_shard_that_was_never_opened_refuses()
    {
        var decision = AppendDecision.Decide(ShardState.Unborn, [Plain()], 2000);

        Assert.Equal(AppendError.NotOpened, Assert.IsType<AppendReply.Refused>(decision.Replies[0]).Error);
        Assert.Null(decision.Batch);
    }

    [Fact]
    public void A_call_that_is_known_is_answered_as_at_first_and_stores_nothing()
    {
        var calls = new RecentCalls(TimeSpan.FromMinutes(5), 100);
        var first = AppendDecision.Decide(s_open, [Plain(), Of(1), Of(2)], 2000, calls);
        foreach (var call in first.Calls) calls.Add(call);
        var after = s_open.Apply(new ShardEvents.RecordsAppended(first.Batch!), 3);

        var again = AppendDecision.Decide(after, [Of(2), Of(1)], 9000, calls);

        Assert.Equal(first.Batch!.Calls().AsEnumerable(), first.Calls);
        Assert.Null(again.Batch);
        Assert.Equal(
            [new AppendReply.Appended(2, 3, 4, 2, 2000, IsRepeat: true), new AppendReply.Appended(2, 3, 2, 2, 2000, IsRepeat: true)], again.Replies);
    }

    [Fact]
    public void Two_tries_of_one_call_in_one_flush_are_stored_once()
    {
        var decision = AppendDecision.Decide(s_open, [Of(1), Of(1), Of(2), Of(1), Of(2)], 2000, new RecentCalls(TimeSpan.FromMinutes(5), 100));

        Assert.Equal(4, decision.Batch!.Count);
        Assert.Equal([0, 0, 2, 0, 2], decision.Replies.Select(r => Assert.IsType<AppendReply.Appended>(r).FirstIndex));
        Assert.Equal([false, true, false, true, true], decision.Replies.Select(r => ((AppendReply.Appended)r).IsRepeat));
    }

    [Fact]
    public void A_closed_shard_answers_for_what_it_stored_and_refuses_the_rest()
    {
        var calls = new RecentCalls(TimeSpan.FromMinutes(5), 100);
        var first = AppendDecision.Decide(s_open, [Of(1)], 2000, calls);
        foreach (var call in first.Calls) calls.Add(call);
        var closed = s_open.Apply(new ShardEvents.RecordsAppended(first.Batch!), 3).Apply(new ShardEvents.Closed([8, 9]), 4);

        var decision = AppendDecision.Decide(closed, [Of(1), Of(2), Plain()], 9000, calls);

        Assert.Equal(new AppendReply.Appended(2, 3, 0, 2, 2000, IsRepeat: true), decision.Replies[0]);
        Assert.All(decision.Replies.Skip(1), r => Assert.Equal(AppendError.Closed, Assert.IsType<AppendReply.Refused>(r).Error));
    }

    private static Append Of(int call) => new(s_key, Samples.Block, null, new CallToken((UInt128)call, CallEntries.All, 0, false));

    private static Append Plain() => new(s_key, Samples.Block);

    private static Append By(byte predecessor, byte position, long epoch = 3) =>
        new(s_key, Samples.Block, new ProducerAppend("p", epoch, At(predecessor), At(position)));

    private static ProducerPosition At(byte position) => position == 0 ? ProducerPosition.None : new ProducerPosition(new[] { position });
}
