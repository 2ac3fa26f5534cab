using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using ActorStreams.Shards.Tests.Serialization;
using FsCheck.Xunit;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Shards.Tests.Log;

public sealed class ShardStateSpecs(SerializingSystem system) : IClassFixture<SerializingSystem>
{
    private static readonly ShardKey s_key = new("eu-central-1", new Incarnation(0x0199_8877_6655), 7);
    private static readonly ShardState s_open = ShardState.Unborn.Apply(
        new ShardEvents.Opened(HashKeyRange.Whole, 1, [], 1000, [], "node-a"), 1);

    [Property(MaxTest = 100)]
    public void Any_prefix_of_stored_events_gives_the_state_of_that_time(int seed)
    {
        var history = new AnyHistory(seed, 80);
        var replayed = ShardState.Unborn;
        for (var n = 0; n < history.Events.Count; n++)
        {
            Assert.Equal(ValueText.Of(history.States[n]), ValueText.Of(replayed));

            replayed = replayed.Apply((ShardEvents.IShardEvent)system.RoundTrip(history.Events[n]), n + 1);
        }
        Assert.Equal(ValueText.Of(history.States[^1]), ValueText.Of(replayed));
    }

    [Property(MaxTest = 100)]
    public void A_snapshot_and_the_events_after_it_give_the_same_state_as_all_events(int seed)
    {
        var history = new AnyHistory(seed, 80);
        var from = (int)((uint)seed % (uint)history.States.Count);
        var recovered = (ShardState)system.RoundTrip(history.States[from]);
        for (var n = from; n < history.Events.Count; n++) recovered = recovered.Apply(history.Events[n], n + 1);

        Assert.Equal(ValueText.Of(history.States[^1]), ValueText.Of(recovered));
    }

    [Property(MaxTest = 100)]
    public void Times_rows_and_totals_never_fall(int seed)
    {
        var history = new AnyHistory(seed, 80);
        foreach (var (before, after) in history.States.Zip(history.States.Skip(1)))
        {
            Assert.True(after.LastArrivalMs >= before.LastArrivalMs);
            Assert.Equal(before.LastRow + 1, after.LastRow);
            Assert.True(after.TrimmedToRow >= before.TrimmedToRow && after.TrimmedToRow < after.LastRow);
            Assert.True(after.TipRow >= before.TipRow && after.OwnerEpoch >= before.OwnerEpoch);
            Assert.True(after.RecordsTotal >= before.RecordsTotal && after.BytesTotal >= before.BytesTotal);
            Assert.True(after.Lifecycle >= before.Lifecycle);
        }
    }

    [Property(MaxTest = 100)]
    public void Records_of_a_batch_arrive_no_earlier_than_those_before(int seed)
    {
        var history = new AnyHistory(seed, 80);
        for (var n = 0; n < history.Events.Count; n++)
        {
            if (history.Events[n] is not ShardEvents.RecordsAppended { Batch: var batch }) continue;

            Assert.Equal(n + 1, batch.Row);
            Assert.True(batch.Header.FirstArrivalMs >= history.States[n].LastArrivalMs);
        }
    }

    [Fact]
    public void A_batch_of_another_row_is_damaged()
    {
        var batch = RecordBatch.Encode(7, [new(Samples.Block, 2000)], []);

        Assert.Throws<DamagedBatchException>(() => s_open.Apply(new ShardEvents.RecordsAppended(batch), 2));
    }

    [Fact]
    public void Opening_again_is_answered_alike_and_otherwise_refused()
    {
        var open = new Open(s_key, HashKeyRange.Whole, 1, [], 1000, []);

        Assert.NotNull(ShardState.Unborn.Decide(open, "node-a").Event);
        Assert.Equal((null, new OpenReply.Opened(s_key, 1)), s_open.Decide(open, "node-b"));
        Assert.IsType<OpenReply.Refused>(s_open.Decide(open with { Generation = 2 }, "node-b").Reply);
        Assert.IsType<OpenReply.Refused>(s_open.Decide(open with { Parents = [1] }, "node-b").Reply);
    }

    [Fact]
    public void A_closed_shard_names_its_children_and_takes_nothing()
    {
        var closed = s_open.Apply(new ShardEvents.Closed([8, 9]), 2);

        var decision = AppendDecision.Decide(closed, [new Append(s_key, Samples.Block)], 5000);

        var refused = Assert.IsType<AppendReply.Refused>(Assert.Single(decision.Replies));
        Assert.Equal(AppendError.Closed, refused.Error);
        Assert.Equal<int>([8, 9], refused.Children);
        Assert.Null(decision.Batch);
        Assert.Equal((null, null), closed.Decide(new Close(s_key, [8, 9])));
        Assert.Equal(AppendError.Closed, Assert.IsType<CloseReply.Refused>(closed.Decide(new Close(s_key, [8])).Refusal).Error);
    }

    [Fact]
    public void An_attach_with_a_lower_epoch_or_a_name_out_of_bounds_is_refused()
    {
        var attached = s_open.Apply(new ShardEvents.ProducerAttached("p", 3), 2);

        Assert.Equal(AppendError.StaleEpoch, Refusal(attached.Decide(new Attach(s_key, "p", 2))));
        Assert.Equal((null, null), attached.Decide(new Attach(s_key, "p", 3)));
        Assert.Equal(new ShardEvents.ProducerAttached("p", 4), attached.Decide(new Attach(s_key, "p", 4)).Event);
        Assert.Equal(AppendError.NotAttached, Refusal(s_open.Decide(new Attach(s_key, "", 1))));
        Assert.Equal(AppendError.NotAttached, Refusal(s_open.Decide(new Attach(s_key, new string('ä', 129), 1))));
    }

    /// <summary>Half a surrogate pair would be stored as another name, and replay would miss the producer of a batch.</summary>
    [Fact]
    public void A_producer_name_that_no_store_can_keep_is_refused() =>
        Assert.Equal(AppendError.NotAttached, Refusal(s_open.Decide(new Attach(s_key, "p\ud800", 1))));

    [Fact]
    public void An_unknown_event_stops_replay() =>
        Assert.Throws<InvalidOperationException>(() => s_open.Apply(new Foreign(), 2));

    private static AppendError Refusal((ShardEvents.ProducerAttached? Event, AttachReply? Refusal) decided) =>
        Assert.IsType<AttachReply.Refused>(decided.Refusal).Error;

    private sealed record Foreign : ShardEvents.IShardEvent;
}
