using ActorStreams.Shards.Client;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Shards.Tests.Client;

public sealed class StreamMapsSpecs
{
    private static readonly StreamId s_stream = new("eu-test-1", "orders");
    private readonly StreamMaps _maps = new();

    [Fact]
    public void A_map_is_known_until_a_shard_of_its_incarnation_is_gone()
    {
        Learn(1);

        _maps.Forget(Key(2));
        Assert.Equal(Key(1), Known());
        _maps.Forget(Key(1));
        Assert.Null(Known());
    }

    [Fact]
    public void What_a_shard_of_a_former_life_answers_leaves_the_map_of_today_alone()
    {
        Learn(1);
        Learn(2);

        _maps.Forget(Key(1));

        Assert.Equal(Key(2), Known());
    }

    [Fact]
    public void An_answer_on_its_way_over_a_deletion_is_not_kept()
    {
        using var question = _maps.Ask(s_stream);
        _maps.Forget(s_stream);
        question.Answered(Map(1));

        Assert.Null(Known());
        Learn(2);
        Assert.Equal(Key(2), Known());
    }

    [Fact]
    public void An_answer_on_its_way_is_kept_unless_its_own_incarnation_is_gone()
    {
        using var question = _maps.Ask(s_stream);
        _maps.Forget(Key(1));
        question.Answered(Map(1));
        Assert.Null(Known());
        question.Answered(Map(2));
        Assert.Equal(Key(2), Known());
    }

    [Fact]
    public void A_closed_shard_outdates_a_map_that_has_it_open_and_no_other()
    {
        Learn(1, closed: true);
        _maps.ForgetWhereOpen(new ShardKey(s_stream.Region, new Incarnation(1), 0));
        Assert.Equal(Key(1), Known());

        Learn(1);
        _maps.ForgetWhereOpen(new ShardKey(s_stream.Region, new Incarnation(1), 0));
        Assert.Null(Known());
    }

    private StreamKey? Known() => _maps.TryGet(s_stream, out var map) ? map.Description.Key : null;

    private void Learn(long incarnation, bool closed = false)
    {
        using var question = _maps.Ask(s_stream);
        question.Answered(Map(incarnation, closed));
    }

    [Fact]
    public void A_map_that_still_has_a_closed_shard_open_is_not_kept_and_the_one_after_it_is()
    {
        var maps = new StreamMaps();
        using (var question = maps.Ask(s_stream)) question.Answered(Map(1));
        maps.ForgetWhereOpen(new ShardKey(s_stream.Region, new Incarnation(1), 0));

        using (var question = maps.Ask(s_stream)) question.Answered(Map(1));
        Assert.False(maps.TryGet(s_stream, out _));

        using (var question = maps.Ask(s_stream)) question.Answered(Map(1, closed: true));
        Assert.True(maps.TryGet(s_stream, out _));
    }

    [Fact]
    public void A_map_in_use_is_due_for_one_caller_every_few_seconds()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var maps = new StreamMaps(time);
        using (var question = maps.Ask(s_stream)) question.Answered(Map(1));

        Assert.Equal(MapAge.Fresh, Age(maps));
        time.Advance(StreamMaps.RefreshAfter);
        Assert.Equal(MapAge.Fresh, Age(maps));
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(MapAge.Old, Age(maps));
        Assert.Equal(MapAge.Fresh, Age(maps));
        time.Advance(StreamMaps.IdleAfter);
        Assert.Equal(MapAge.Old, Age(maps));
    }

    [Fact]
    public void A_map_that_nobody_used_for_long_is_to_be_asked_for_before_it_is_used()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var maps = new StreamMaps(time);
        using (var question = maps.Ask(s_stream)) question.Answered(Map(1));

        time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(MapAge.Idle, Age(maps));
        Assert.Equal(MapAge.Fresh, Age(maps));
    }

    private static MapAge? Age(StreamMaps maps) => maps.TryGet(s_stream, out _, out var age) ? age : null;

    private static StreamKey Key(long incarnation) => new(s_stream.Region, new Incarnation(incarnation));

    private static StreamMap Map(long incarnation, bool closed = false)
    {
        var key = new ShardKey(s_stream.Region, new Incarnation(incarnation), 0);
        var ranges = HashKeyRange.Tile(1);
        var first = new ShardDescription(key, ranges[0], 1, [], SequenceNumber.Starting(key, 1), closed ? SequenceNumber.Ending(key, 1, 5) : null);
        var child = new ShardDescription(
            key with { Shard = 1 }, ranges[0], 2, [0], SequenceNumber.Starting(key with { Shard = 1 }, 2), null);
        return new StreamMap(new StreamDescription(
            s_stream, new Incarnation(incarnation), StreamStatus.Active, DateTimeOffset.UnixEpoch, StreamConfiguration.Provisioned, [],
            closed ? [first, child] : [first]));
    }
}
