using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Firehose;
using ActorStreams.Pipelines.Tests.Firehose;
using ActorStreams.Shards.Log;
using static ActorStreams.Pipelines.Consumers.ConsumerEvents;

namespace ActorStreams.Pipelines.Tests.Consumers;

/// <summary>The counts of a delivery are those of the records below its checkpoint, whatever is written in which order.</summary>
public sealed class ConsumerStateSpecs
{
    private static readonly ConsumerState s_started = ConsumerState.New.Apply(new ConsumerStarted(1, new ShardPosition(1, 0), 1));

    [Fact]
    public void An_intent_tells_what_is_counted_below_it_though_no_checkpoint_came_between()
    {
        var state = s_started.Apply(Intended(from: 1, to: 5, before: 0)).Apply(Intended(from: 5, to: 9, before: 40));

        Assert.Equal((new ShardPosition(5, 0), 40), (state.Checkpoint, state.Counts.Records));
    }

    [Fact]
    public void A_checkpoint_that_is_older_than_an_intent_takes_nothing_back()
    {
        var state = s_started.Apply(Intended(from: 5, to: 9, before: 40)).Apply(new Checkpointed(new ShardPosition(3, 0), new ConsumerCounts(20, 0, 0, 0), 2));

        Assert.Equal((new ShardPosition(5, 0), 40), (state.Checkpoint, state.Counts.Records));
        Assert.NotNull(state.Intent);
        Assert.Equal(55, state.Apply(new Checkpointed(new ShardPosition(9, 0), new ConsumerCounts(55, 0, 0, 0), 3)).Counts.Records);
    }

    [Fact]
    public void An_intent_of_a_former_version_leaves_the_counts_as_they_are()
    {
        var state = s_started.Apply(new Checkpointed(new ShardPosition(3, 0), new ConsumerCounts(20, 0, 0, 0), 2))
            .Apply(new BatchIntended(new BatchIntent(new ShardPosition(5, 0), new ShardPosition(9, 0), 1, DeliveryRig.Definition, []), 1));

        Assert.Equal(20, state.Counts.Records);
    }

    private static BatchIntended Intended(long from, long to, long before) => new(
        new BatchIntent(new ShardPosition(from, 0), new ShardPosition(to, 0), 1, DeliveryRig.Definition, [])
        {
            Tally = new BatchTally(new ConsumerCounts(before, 0, 0, 0), new ConsumerCounts(15, 0, 0, 0), 0),
        },
        1);
}
