using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;

namespace ActorStreams.Shards.Tests.Log;

public class ShardStateRowSpecs
{
    private static readonly ShardState Opened = ShardState.Unborn.Apply(new ShardEvents.Opened(HashKeyRange.Whole, 1, [], 0, [], "a"), 1);

    [Fact]
    public void An_event_that_skips_a_row_is_not_applied()
    {
        var missing = Assert.Throws<MissingRowsException>(() => Opened.Apply(new ShardEvents.Owned(2, "b"), 3));

        Assert.Equal("Row 3 follows row 1: the rows between them are missing.", missing.Message);
    }

    [Fact]
    public void An_event_is_not_applied_twice() =>
        Assert.Throws<MissingRowsException>(() => Opened.Apply(new ShardEvents.Owned(2, "b"), 1));

    [Fact]
    public void The_event_that_ends_a_shard_needs_none_of_the_rows_before_it()
    {
        var ended = ShardState.Unborn.Apply(ShardEvents.Ended.Instance, 7);

        Assert.Equal(ShardLifecycle.Ended, ended.Lifecycle);
        Assert.Equal(7, ended.LastRow);
        Assert.Equal(6, ended.TrimmedToRow);
    }
}
