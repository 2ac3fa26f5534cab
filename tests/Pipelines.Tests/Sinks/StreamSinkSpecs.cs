using System.Text;
using ActorStreams.Pipelines.Sinks;
using ActorStreams.Pipelines.Tests.Fakes;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Pipelines.Tests.Sinks;

public sealed class StreamSinkSpecs
{
    private readonly FakeStreams _streams = new(TimeProvider.System);
    private string? _waiting;

    [Fact]
    public async Task A_repeated_delivery_stores_nothing_twice()
    {
        _streams.Create("out", 3);
        await Sink(1).DeliverAsync(Records(0, 50), default);

        await Sink(2).DeliverAsync(Records(0, 70), default);

        AssertExactlyOnce(70);
    }

    [Theory]
    [InlineData(AppendFault.NotReady)]
    [InlineData(AppendFault.Lost)]
    [InlineData(AppendFault.AnswerLost)]
    public async Task A_refused_or_unanswered_append_is_repeated_until_it_is_there(AppendFault fault)
    {
        _streams.Create("out", 2);
        var faults = 7;
        _streams.OnAppend = _ => faults-- > 0 ? fault : AppendFault.None;

        await Sink(1).DeliverAsync(Records(0, 40), default);

        AssertExactlyOnce(40);
        Assert.Null(_waiting);
    }

    [Fact]
    public async Task A_reshard_of_the_output_is_followed()
    {
        _streams.Create("out");
        var sink = Sink(1);
        await sink.DeliverAsync(Records(0, 20), default);
        var (lower, upper) = _streams.Split("out", 0);
        await sink.DeliverAsync(Records(20, 20), default);
        _streams.Merge("out", lower, upper);

        await sink.DeliverAsync(Records(40, 20), default);

        AssertExactlyOnce(60);
    }

    [Fact]
    public async Task An_answer_lost_just_before_a_reshard_leaves_no_duplicate()
    {
        _streams.Create("out");
        var sink = Sink(1);
        var first = true;
        _streams.OnAppend = _ =>
        {
            if (!first) return AppendFault.None;
            first = false;
            // Stored, its answer lost, and the shard closed before the repeat arrives.
            Task.Run(() => _streams.Split("out", 0));
            return AppendFault.AnswerLost;
        };

        await sink.DeliverAsync(Records(0, 20), default);

        AssertExactlyOnce(20);
    }

    [Fact]
    public async Task After_a_merge_what_one_parent_has_already_is_left_out()
    {
        _streams.Create("out", 2);
        // One shard has all of its records, the other none.
        var half = _streams.Description("out").Shards[0].Range;
        await Sink(1).DeliverAsync([.. Records(0, 40).Where(r => half.Contains(r.HashKey))], default);
        _streams.Merge("out", 0, 1);

        await Sink(2).DeliverAsync(Records(0, 40), default);

        AssertExactlyOnce(40);
    }

    [Fact]
    public async Task An_output_made_anew_is_written_on_from_there()
    {
        _streams.Create("out");
        var sink = Sink(1);
        await sink.DeliverAsync(Records(0, 10), default);
        _streams.Delete("out");
        _streams.Create("out", 2);

        await sink.DeliverAsync(Records(10, 10), default);

        Assert.Equal(Enumerable.Range(10, 10).Select(i => $"r{i}"), _streams.All("out").Select(r => r.Data).Order());
    }

    [Fact]
    public async Task A_former_epoch_is_fenced()
    {
        _streams.Create("out");
        var former = Sink(1);
        await former.AttachAsync(default);
        await Sink(2).AttachAsync(default);

        await Assert.ThrowsAsync<ConsumerFencedException>(() => former.DeliverAsync(Records(0, 1), default));
        await Assert.ThrowsAsync<ConsumerFencedException>(() => Sink(1).AttachAsync(default));
        Assert.Empty(_streams.All("out"));
    }

    [Fact]
    public async Task Waiting_says_for_what_and_ends_when_stopped()
    {
        using var stop = new CancellationTokenSource();
        var attaching = Sink(1).AttachAsync(stop.Token);
        await Eventually.BeTrueAsync(() => _waiting is not null, "a reason to wait");

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => attaching);
        Assert.Equal("stream us-east-1/out does not exist", _waiting);
    }

    [Fact]
    public async Task Large_deliveries_go_in_blocks_of_bounded_size()
    {
        _streams.Create("out");

        await Sink(1, new StreamSinkOptions { BlockRecordsMax = 7, Retry = A.Fast }).DeliverAsync(Records(0, 50), default);

        Assert.Equal(8, _streams.Appends);
        AssertExactlyOnce(50);
    }

    [Fact]
    public void Positions_sort_by_record_and_ordinal()
    {
        var shard = new SequenceNumber(new Incarnation(1), 1, 0, 5, 9);

        Assert.True(OutputRecord.PositionOf(shard, 0) < OutputRecord.PositionOf(shard, 1));
        Assert.True(OutputRecord.PositionOf(shard, 300) < OutputRecord.PositionOf(shard with { Index = 10 }, 0));
        Assert.True(OutputRecord.PositionOf(shard with { Index = 500 }, 0) < OutputRecord.PositionOf(shard with { Row = 6, Index = 0 }, 0));
    }

    private StreamSink Sink(long epoch, StreamSinkOptions? options = null) => new(
        _streams, FakeStreams.Id("out"), "app/shard", epoch, options ?? new StreamSinkOptions { BlockRecordsMax = 5, Retry = A.Fast },
        TimeProvider.System, problem => _waiting = problem);

    private static List<OutputRecord> Records(int from, int count) =>
    [
        .. Enumerable.Range(from, count).Select(i => new OutputRecord(
            new SequenceNumber(new Incarnation(1), 1, 0, 1, i), 0, $"key-{i % 13}", Encoding.UTF8.GetBytes($"r{i}"))),
    ];

    private void AssertExactlyOnce(int count)
    {
        var all = _streams.All("out");
        Assert.Equal(Enumerable.Range(0, count), all.Select(r => int.Parse(r.Data[1..])).Order());
        foreach (var key in all.GroupBy(r => r.Key))
            Assert.Equal(key.Select(r => int.Parse(r.Data[1..])).Order(), key.OrderBy(r => r.Number).Select(r => int.Parse(r.Data[1..])));
    }
}
