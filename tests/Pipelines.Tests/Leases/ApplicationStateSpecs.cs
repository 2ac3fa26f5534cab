using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Pipelines.Leases;
using ActorStreams.Pipelines.Tests.Fakes;
using ActorStreams.Shards.Streams;
using ActorStreams.Shards.Log;
using static ActorStreams.Pipelines.Leases.ApplicationEvents;

namespace ActorStreams.Pipelines.Tests.Leases;

public sealed class ApplicationStateSpecs
{
    private readonly FakeStreams _streams = new(TimeProvider.System);

    [Fact]
    public void Each_shard_of_a_new_source_is_leased_once()
    {
        _streams.Create("source", 3);

        var state = Look(ApplicationState.New);

        Assert.Equal([0, 1, 2], state.Runnable.Select(l => l.Shard));
        Assert.Empty(state.Decide(_streams.Description("source"), StartPosition.TrimHorizon, 2));
    }

    [Fact]
    public void A_namesake_that_is_created_later_knows_nothing_and_begins_another_life()
    {
        _streams.Create("source", 2);
        var first = Look(ApplicationState.New.Apply(new ApplicationCreated(1_000, 1)));
        Assert.Equal((0, 2), (first.Life, first.Leases.Count));

        var second = first.Apply(new ApplicationCreated(2_000, 2));

        Assert.Equal((1, 0, 2_000), (second.Life, second.Leases.Count, second.CreatedMs));
        Assert.Null(second.Source);
        Assert.Equal(StartPosition.Latest, second.Decide(_streams.Description("source"), StartPosition.Latest, 3).OfType<LeasesAdded>().Single().Leases[0].Start);
    }

    [Fact]
    public void Children_of_a_split_run_once_their_parent_is_finished()
    {
        _streams.Create("source", 2);
        var (lower, upper) = _streams.Split("source", 0);

        var state = Look(ApplicationState.New);
        Assert.Equal([0, 1], state.Runnable.Select(l => l.Shard));

        state = Finish(state, 0);
        Assert.Equal([1, lower, upper], state.Runnable.Select(l => l.Shard));
        Assert.Equal([0], state.FinishedParents(state.Leases[lower]).AsEnumerable());
    }

    [Fact]
    public void The_child_of_a_merge_runs_once_both_parents_are_finished()
    {
        _streams.Create("source", 2);
        var child = _streams.Merge("source", 0, 1);

        var state = Finish(Look(ApplicationState.New), 1);
        Assert.Equal([0], state.Runnable.Select(l => l.Shard));

        state = Finish(state, 0);
        Assert.Equal([child], state.Runnable.Select(l => l.Shard));
        Assert.Equal([0, 1], state.FinishedParents(state.Leases[child]).AsEnumerable());
    }

    [Fact]
    public void Grandchildren_wait_for_their_line()
    {
        _streams.Create("source");
        var (lower, _) = _streams.Split("source", 0);
        var (lowest, _) = _streams.Split("source", lower);

        var state = Finish(Look(ApplicationState.New), 0);

        Assert.DoesNotContain(lowest, state.Runnable.Select(l => l.Shard));
        Assert.Contains(lowest, Finish(state, lower).Runnable.Select(l => l.Shard));
    }

    [Fact]
    public void Latest_skips_what_is_closed_and_reads_later_children_from_their_beginning()
    {
        _streams.Create("source", 2);
        var (lower, upper) = _streams.Split("source", 0);

        var state = Look(ApplicationState.New, StartPosition.Latest);
        Assert.Equal([1, lower, upper], state.Runnable.Select(l => l.Shard));
        Assert.All(state.Runnable, l => Assert.Equal(StartPosition.Latest, l.Start));
        Assert.Empty(state.FinishedParents(state.Leases[lower]));

        var (later, _) = _streams.Split("source", 1);
        state = Finish(Look(state, StartPosition.Latest), 1);
        Assert.Equal(StartPosition.TrimHorizon, state.Leases[later].Start);
    }

    [Fact]
    public void What_is_the_latest_as_of_a_time_may_be_in_closed_shards_too()
    {
        _streams.Create("source", 1);
        _streams.Split("source", 0);

        var added = ApplicationState.New.Decide(_streams.Description("source"), StartPosition.Latest, 1, hasTime: true).OfType<LeasesAdded>().Single();

        Assert.Equal([(0, null), (1, null), (2, null)], added.Leases.Select(l => (l.Shard, l.Outcome)));
        Assert.All(added.Leases, l => Assert.Equal(StartPosition.Latest, l.Start));
    }

    [Fact]
    public void A_namesake_of_a_deleted_source_is_read_from_its_beginning()
    {
        _streams.Create("source", 2);
        var state = Finish(Look(ApplicationState.New, StartPosition.Latest), 0);
        _streams.Delete("source");
        var again = _streams.Create("source", 1);

        state = Look(state, StartPosition.Latest);

        Assert.Equal(again.Key, state.Source);
        Assert.Equal(StartPosition.TrimHorizon, Assert.Single(state.Runnable).Start);
    }

    [Fact]
    public void What_finishes_of_a_former_life_changes_nothing()
    {
        var former = _streams.Create("source").Shards[0].Key;
        var state = Look(ApplicationState.New);
        _streams.Delete("source");
        _streams.Create("source");

        Assert.Null(Look(state).DecideFinished(former, 1));
    }

    [Fact]
    public void A_shard_that_aged_out_unread_is_noted_and_frees_its_children()
    {
        _streams.Create("source");
        var (lower, upper) = _streams.Split("source", 0);
        var state = Look(ApplicationState.New);
        var description = _streams.Description("source");

        var events = state.Decide(description with { Shards = description.Shards.RemoveAt(0) }, StartPosition.TrimHorizon, 5);
        state = events.Aggregate(state, (s, e) => s.Apply(e));

        Assert.Equal(new LeaseEnded(0, LeaseOutcome.AgedOut, 5), Assert.Single(events));
        Assert.Equal([lower, upper], state.Runnable.Select(l => l.Shard));
        Assert.Empty(state.FinishedParents(state.Leases[lower]));
    }

    [Fact]
    public void A_look_that_is_older_than_what_is_known_gives_no_shard_up()
    {
        _streams.Create("source");
        var old = _streams.Description("source");
        _streams.Split("source", 0);
        var state = Look(ApplicationState.New);

        Assert.Empty(state.Decide(old, StartPosition.TrimHorizon, 2));
    }

    [Fact]
    public void A_shard_that_had_aged_out_before_its_children_were_leased_does_not_come_back_with_an_older_look()
    {
        _streams.Create("source");
        var (lower, upper) = _streams.Split("source", 0);
        _streams.Split("source", lower);
        var old = _streams.Description("source");
        var now = old with { Shards = old.Shards.RemoveRange(0, 2) };
        var state = ApplicationState.New.Decide(now, StartPosition.TrimHorizon, 1).Aggregate(ApplicationState.New, (s, e) => s.Apply(e));

        Assert.Contains(upper, state.Leases.Keys);
        Assert.Empty(state.Decide(old, StartPosition.TrimHorizon, 2));
    }

    [Fact]
    public void An_interruption_gives_the_lease_its_new_place_and_the_newest_causes_are_remembered()
    {
        _streams.Create("source");
        var state = Look(ApplicationState.New);

        for (var i = 1; i <= 10; i++)
            state = state.Apply(new LeaseInterrupted(0, LeaseInterruption.Moved, $"cause {i}", new LeasePlacement(i, "a:1"), i));

        Assert.Equal(new LeasePlacement(10, "a:1"), state.Leases[0].Placement);
        Assert.Equal(10, state.Leases[0].Restarts);
        Assert.Equal(Enumerable.Range(3, 8).Select(i => $"cause {i}"), state.Leases[0].Causes.Select(c => c.What));
    }

    [Fact]
    public void A_reset_opens_finished_leases_again_and_passes_over_shards_without_a_position()
    {
        _streams.Create("source");
        var (lower, upper) = _streams.Split("source", 0);
        var state = Finish(Look(ApplicationState.New), 0);
        var source = _streams.Description("source");

        var all = state.Apply(state.DecideReset(source, source.Shards.ToDictionary(s => s.Key.Shard, s => new ShardPosition(s.Key.Shard + 1, 2)), "x", 9));
        var some = state.Apply(state.DecideReset(source, new Dictionary<int, ShardPosition> { [lower] = new(7, 0) }, "x", 9));

        Assert.Equal(1, all.Life);
        Assert.Equal(new ShardPosition(1, 2), Assert.Single(all.Runnable).From);
        Assert.Equal(lower, Assert.Single(some.Runnable).Shard);
        Assert.Equal(LeaseOutcome.Skipped, some.Leases[upper].Outcome);
    }

    private ApplicationState Look(ApplicationState state, StartPosition start = StartPosition.TrimHorizon) =>
        state.Decide(_streams.Description("source"), start, 1).Aggregate(state, (s, e) => s.Apply(e));

    private ApplicationState Finish(ApplicationState state, int shard) =>
        state.Apply(state.DecideFinished(_streams.Description("source").Shards[shard].Key, 2)!);
}
