using System.Collections.Immutable;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Shards.Tests.Streams;

public sealed class StreamChangesSpecs
{
    private const long NowMs = 1_750_000_000_000;
    private static readonly StreamKey s_key = new("eu-test-1", new Incarnation(1));

    [Fact]
    public void A_split_wants_an_open_shard_and_room_for_both_children()
    {
        var state = Active(2);
        var lower = state.Shards[0].Range;

        Assert.Equal(ChangeRefusal.ShardNotFound, Refusal(state, new StreamChange.Split(7, 5)));
        Assert.Equal(ChangeRefusal.HashKeyOutside, Refusal(state, new StreamChange.Split(0, 0)));
        Assert.Equal(ChangeRefusal.HashKeyOutside, Refusal(state, new StreamChange.Split(0, 1)));
        Assert.Equal(ChangeRefusal.HashKeyOutside, Refusal(state, new StreamChange.Split(0, lower.Ending)));
        Assert.Equal(ChangeRefusal.HashKeyOutside, Refusal(state, new StreamChange.Split(1, 5)));
        Assert.Equal([2, lower.Ending + 1], Started(state, new StreamChange.Split(0, 2)).Startings.ToArray());
        Assert.Equal([lower.Ending - 1, lower.Ending + 1], Started(state, new StreamChange.Split(0, lower.Ending - 1)).Startings.ToArray());
        Assert.Equal(ChangeRefusal.ShardClosed, Refusal(Carry(state, new StreamChange.Split(0, 5)), new StreamChange.Split(0, 4)));
    }

    [Fact]
    public void A_merge_wants_two_open_shards_that_touch_the_lower_one_first()
    {
        var state = Active(3);

        Assert.Equal(ChangeRefusal.NotAdjacent, Refusal(state, new StreamChange.Merge(0, 2)));
        Assert.Equal(ChangeRefusal.NotAdjacent, Refusal(state, new StreamChange.Merge(1, 0)));
        Assert.Equal(ChangeRefusal.NotAdjacent, Refusal(state, new StreamChange.Merge(0, 0)));
        Assert.Equal(ChangeRefusal.ShardNotFound, Refusal(state, new StreamChange.Merge(2, 3)));
        var merged = Carry(state, new StreamChange.Merge(0, 1));
        Assert.Equal((2, 3), (merged.Open.Count(), merged.Open.Max(s => s.Number)));
        Assert.Equal([0, 1], merged.Slot(3)!.Parents.ToArray());
        Assert.Equal(ChangeRefusal.ShardClosed, Refusal(merged, new StreamChange.Merge(1, 2)));
    }

    [Fact]
    public void Compat_scales_to_double_or_half_at_most_and_ten_times_a_day()
    {
        var state = Active(4);

        Assert.Equal(ChangeRefusal.ScaleUpTooFar, Refusal(state, new StreamChange.Scale(9)));
        Assert.Equal(ChangeRefusal.ScaleDownTooFar, Refusal(state, new StreamChange.Scale(1)));
        Assert.NotNull(state.Decide(new StreamChange.Scale(100), isCompat: false, NowMs).Event);
        for (var i = 0; i < StreamChanges.ScalingsPerDayMax; i++)
            state = Carry(state, new StreamChange.Scale(state.Open.Count() == 4 ? 5 : 4));
        Assert.Equal(ChangeRefusal.TooOften, Refusal(state, new StreamChange.Scale(5)));
        Assert.NotNull(state.Decide(new StreamChange.Scale(5), isCompat: false, NowMs).Event);
        Assert.NotNull(state.Decide(new StreamChange.Scale(5), isCompat: true, NowMs + StreamChanges.DayMs).Event);
    }

    [Fact]
    public void An_on_demand_stream_is_not_resharded_by_hand_and_switches_twice_a_day_in_compat()
    {
        var state = Carry(Active(2), new StreamChange.SetMode(StreamMode.OnDemand, 100));

        Assert.Equal(ChangeRefusal.OnDemand, Refusal(state, new StreamChange.Split(0, 5)));
        Assert.Equal(ChangeRefusal.OnDemand, Refusal(state, new StreamChange.Merge(0, 1)));
        Assert.Equal(ChangeRefusal.OnDemand, Refusal(state, new StreamChange.Scale(4)));
        Assert.Equal(100, state.Configuration.WarmThroughputMiBps);
        state = Carry(state, new StreamChange.SetMode(StreamMode.Provisioned, 0));
        Assert.Equal(ChangeRefusal.TooOften, Refusal(state, new StreamChange.SetMode(StreamMode.OnDemand, 0)));
        Assert.NotNull(state.Decide(new StreamChange.SetMode(StreamMode.OnDemand, 0), isCompat: false, NowMs).Event);
    }

    [Fact]
    public void While_a_reshard_is_under_way_others_wait_and_tags_do_not()
    {
        var (e, _) = Active(2).Decide(new StreamChange.Split(0, 5), isCompat: true, NowMs);
        var state = Active(2).Apply(e!);

        Assert.Equal(StreamStatus.Updating, state.Describe(s_key)!.Status);
        Assert.Equal(ChangeRefusal.NotActive, Refusal(state, new StreamChange.Split(1, UInt128.MaxValue - 5)));
        Assert.Equal(ChangeRefusal.NotActive, Refusal(state, new StreamChange.Scale(4)));
        Assert.Equal(ChangeRefusal.NotActive, Refusal(state, new StreamChange.SetRetention(48, true)));
        Assert.Equal(ChangeRefusal.NotActive, Refusal(state, new StreamChange.SetEncryption("key")));
        Assert.NotNull(state.Decide(new StreamChange.AddTags(null, Tags(("a", "b"))), isCompat: true, NowMs).Event);
        Assert.NotNull(state.Decide(new StreamChange.RegisterConsumer("c", Tags()), isCompat: true, NowMs).Event);
    }

    [Fact]
    public void Retention_rises_by_an_increase_and_falls_by_a_decrease()
    {
        var state = Carry(Active(1), new StreamChange.SetRetention(48, true));

        Assert.Equal(ChangeRefusal.RetentionDirection, Refusal(state, new StreamChange.SetRetention(47, true)));
        Assert.Equal(ChangeRefusal.RetentionDirection, Refusal(state, new StreamChange.SetRetention(49, false)));
        Assert.Equal(StreamChanges.Decision.AlreadySo, state.Decide(new StreamChange.SetRetention(48, true), true, NowMs));
        Assert.Equal(24, Carry(state, new StreamChange.SetRetention(24, false)).Configuration.RetentionHours);
    }

    [Fact]
    public void Tags_of_stream_and_consumer_are_kept_apart_and_bounded()
    {
        var state = Carry(Active(1), new StreamChange.RegisterConsumer("c", Tags(("a", "1"))));
        state = Carry(state, new StreamChange.AddTags(null, Tags(("b", "2"), ("c", "3"))));
        state = Carry(state, new StreamChange.RemoveTags(null, ["c", "unknown"]));
        state = Carry(state, new StreamChange.AddTags("c", Tags(("d", "4"))));

        Assert.Equal(["b"], state.Configuration.Tags.Keys);
        Assert.Equal(["a", "d"], state.Consumers[0].Tags.Keys);
        var many = Tags([.. Enumerable.Range(0, StreamChanges.TagsMax).Select(i => ($"t{i}", ""))]);
        Assert.Equal(ChangeRefusal.TooManyTags, Refusal(state, new StreamChange.AddTags(null, many)));
        Assert.Equal(ChangeRefusal.ConsumerNotFound, Refusal(state, new StreamChange.AddTags("d", many)));
    }

    [Fact]
    public void Consumers_are_unique_by_name_and_bounded()
    {
        var state = Active(1);
        for (var i = 0; i < StreamChanges.ConsumersMax; i++) state = Carry(state, new StreamChange.RegisterConsumer($"c{i}", Tags()));

        Assert.Equal(ChangeRefusal.ConsumerExists, Refusal(state, new StreamChange.RegisterConsumer("c3", Tags())));
        Assert.Equal(ChangeRefusal.TooManyConsumers, Refusal(state, new StreamChange.RegisterConsumer("d", Tags())));
        state = Carry(state, new StreamChange.DeregisterConsumer("c3"));
        Assert.Equal(ChangeRefusal.ConsumerNotFound, Refusal(state, new StreamChange.DeregisterConsumer("c3")));
        Assert.NotNull(state.Decide(new StreamChange.RegisterConsumer("c3", Tags()), true, NowMs).Event);
    }

    [Fact]
    public void Nothing_is_changed_of_a_stream_that_is_being_made_or_deleted()
    {
        var created = StreamState.Unborn.Decide(new StreamProtocol.Create(s_key, "s", 1, StreamConfiguration.Provisioned, NowMs))!;
        var creating = StreamState.Unborn.Apply(created);
        var deleting = Active(1).Apply(StreamEvents.DeletionStarted.Instance);

        Assert.Equal(ChangeRefusal.NotActive, Refusal(creating, new StreamChange.Scale(2)));
        Assert.Equal(ChangeRefusal.NotActive, Refusal(deleting, new StreamChange.AddTags(null, Tags(("a", "b")))));
    }

    [Fact]
    public void Children_that_may_be_open_belong_to_the_shards_of_a_deletion()
    {
        var state = Active(2).Apply(new StreamEvents.ReshardStarted([5], 0));
        state = state.Apply(state.NextOfReshard()!).Apply(StreamEvents.DeletionStarted.Instance);

        Assert.Equal([0, 1, 2, 3], state.Numbers.Order());
    }

    private static StreamState Active(int shards) => StreamState.Unborn
        .Apply(StreamState.Unborn.Decide(new StreamProtocol.Create(s_key, "s", shards, StreamConfiguration.Provisioned, NowMs))!)
        .Apply(StreamEvents.Activated.Instance);

    private static ChangeRefusal? Refusal(StreamState state, StreamChange change) => state.Decide(change, isCompat: true, NowMs).Refusal;

    private static StreamEvents.ReshardStarted Started(StreamState state, StreamChange change) =>
        Assert.IsType<StreamEvents.ReshardStarted>(state.Decide(change, isCompat: true, NowMs).Event);

    private static StreamState Carry(StreamState state, StreamChange change)
    {
        var (e, refusal) = state.Decide(change, isCompat: true, NowMs);
        Assert.Null(refusal);
        state = state.Apply(e!);
        while (state.NextOfReshard() is { } next)
        {
            state = state.Apply(next);
            foreach (var step in state.Resharding?.Steps ?? [])
                state = state.Apply(state.Replace(step, step.Parents.ToDictionary(p => p, _ => 9L), NowMs));
        }
        return state;
    }

    private static ImmutableSortedDictionary<string, string> Tags(params (string Key, string Value)[] tags) =>
        StreamConfiguration.NoTags.SetItems(tags.Select(t => KeyValuePair.Create(t.Key, t.Value)));
}
