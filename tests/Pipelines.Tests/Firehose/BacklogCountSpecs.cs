using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Firehose;
using ActorStreams.Pipelines.Tests.Fakes;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using Microsoft.Extensions.Time.Testing;

namespace ActorStreams.Pipelines.Tests.Firehose;

public sealed class BacklogCountSpecs
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly FakeStreams _streams;
    private readonly BacklogCount _backlog;
    private readonly ShardKey _shard;
    private ShardPosition _next = new(1, 0);

    public BacklogCountSpecs()
    {
        _streams = new FakeStreams(_time);
        _shard = _streams.Create("source").Shards[0].Key;
        _backlog = new BacklogCount(_time);
    }

    [Fact]
    public async Task Batches_are_counted_until_they_are_delivered_and_the_oldest_record_tells_the_age()
    {
        var first = _time.GetUtcNow().ToUnixTimeMilliseconds();
        await ReadAsync("a", "b");
        _backlog.Closed(_next);
        var closedTo = _next;
        _time.Advance(TimeSpan.FromSeconds(7));
        var second = _time.GetUtcNow().ToUnixTimeMilliseconds();
        await ReadAsync("c");

        var both = _backlog.Now(null);
        Assert.Equal((3, first, 1), (both.Records, both.OldestMs, both.BatchesOut));

        _backlog.Delivered(closedTo);
        var later = _backlog.Now(null);
        Assert.Equal((1, second, 0), (later.Records, later.OldestMs, later.BatchesOut));

        _backlog.Dropped();
        var none = _backlog.Now(null);
        Assert.Equal((0, 0, 0), (none.Records, none.OldestMs, none.BatchesOut));
    }

    [Fact]
    public async Task What_is_read_while_a_step_holds_the_slice_before_it_up_counts_too()
    {
        var first = _time.GetUtcNow().ToUnixTimeMilliseconds();
        await ReadAsync("a", "b");
        _time.Advance(TimeSpan.FromSeconds(7));
        _backlog.Read(await SliceAsync("c"));

        var both = _backlog.Now(null);
        Assert.Equal((3, first), (both.Records, both.OldestMs));

        _backlog.Closed(_next);
        _backlog.Delivered(_next);
        Assert.Equal((1, first + 7_000), (_backlog.Now(null).Records, _backlog.Now(null).OldestMs));
    }

    [Fact]
    public async Task Where_the_source_is_not_read_any_more_nobody_knows_how_much_came_since()
    {
        await ReadAsync("a");
        Assert.Equal(0, _backlog.Now(null).UnreadRecords);

        _time.Advance(TimeSpan.FromSeconds(11));

        Assert.Null(_backlog.Now(null).UnreadRecords);
        Assert.Equal(1, _backlog.Now(null).Records);
    }

    [Fact]
    public void A_batch_that_was_begun_before_counts_from_its_objects()
    {
        var item = new IntendedObject("key", "0-1", 1, default, 5, 20, ObjectKind.Records);
        _backlog.Redo(new BatchIntent(
            new ShardPosition(1, 0), new ShardPosition(9, 0), 1, DeliveryRig.Definition,
            [item, item with { Records = 2, OldestMs = 10, Kind = ObjectKind.Errors }, item with { Records = 8, Kind = ObjectKind.Source }]));

        Assert.Equal((8, 10), (_backlog.Now(null).Records, _backlog.Now(null).OldestMs));
        _backlog.Delivered(new ShardPosition(9, 0));
        Assert.Equal((0, 0), (_backlog.Now(null).Records, _backlog.Now(null).OldestMs));
    }

    private async Task ReadAsync(params string[] records)
    {
        var slice = await SliceAsync(records);
        _backlog.Read(slice);
        _backlog.Filling(slice);
    }

    private async Task<SourceSlice> SliceAsync(params string[] records)
    {
        _streams.Put("source", [.. records.Select(r => ("k", r))]);
        var read = Assert.IsType<ReadResult.Records>(await _streams.ReadAsync(_shard, _next, 100, 1 << 20, TimeSpan.Zero, default));
        _next = read.Next!.Value;
        return new SourceSlice(read.Slices, 1, read.BehindMs, 0, null);
    }
}
