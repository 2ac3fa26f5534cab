using System.Diagnostics;
using System.Text;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Encryption;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Store;
using ActorStreams.Shards.Streams;
using ActorStreams.TestKit;
using Xunit.Abstractions;

namespace ActorStreams.Shards.Tests.Client;

public sealed class StreamsClientSpecs(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly StreamId s_stream = new("eu-test-1", "orders");
    private readonly string _directory = Directory.CreateTempSubdirectory("actorstreams-").FullName;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        Directory.Delete(_directory, recursive: true);
        return Task.CompletedTask;
    }

    private Task<ShardsHost> StartAsync(ShardOptions? options = null) =>
        ShardsHost.StartAsync(new StoreOptions { DataDirectory = _directory }, options);

    [Fact]
    public async Task Records_come_back_in_order_from_the_tail_and_after_a_restart_from_the_store()
    {
        ShardKey shard;
        await using (var host = await StartAsync())
        {
            var map = await CreateAsync(host.Streams, 1);
            shard = map.Open[0].Key;
            for (var i = 0; i < 5; i++)
            {
                var reply = await host.Streams.AppendAsync(s_stream, shard, Block($"a{i}", $"b{i}"), null, default);
                Assert.IsType<ShardProtocol.AppendReply.Appended>(reply);
            }
            Assert.Equal(["a0", "b0", "a1", "b1", "a2", "b2", "a3", "b3", "a4", "b4"], await ReadAllAsync(host.Streams, shard));
        }

        await using (var again = await StartAsync())
        {
            Assert.Equal(["a0", "b0", "a1", "b1", "a2", "b2", "a3", "b3", "a4", "b4"], await ReadAllAsync(again.Streams, shard));
            var map = Assert.IsType<MapResult.Found>(await again.Streams.MapAsync(s_stream, default)).Map;
            Assert.Equal(shard, map.Open[0].Key);
        }
    }

    [Fact]
    public async Task A_stream_of_sixteen_shards_is_active_soon_and_a_deleted_one_is_gone()
    {
        await using var host = await StartAsync();
        await CreateAsync(host.Streams, 1);
        var clock = Stopwatch.StartNew();
        var other = new StreamId("eu-test-1", "sixteen");
        await CreateAsync(host.Streams, 16, other);
        output.WriteLine($"16 shards active after {clock.ElapsedMilliseconds} ms");
        var deleted = await host.Streams.DeleteStreamAsync(other, default);
        Assert.IsType<DeleteStreamResult.Deleting>(deleted);
        await Eventually(async () => await host.Streams.DescribeStreamAsync(other, default) is DescribeStreamResult.NotFound);
        output.WriteLine($"gone after {clock.ElapsedMilliseconds} ms");
    }

    [Fact]
    public async Task A_client_that_did_not_hear_of_a_deletion_learns_of_it_from_any_answer_of_a_shard()
    {
        await using var host = await StartAsync();
        var time = TimeProvider.System;
        StreamsClient Client() => new(host.System, new ShardReader(host.Store.Journal, new ShardMetrics(new TailBudget(0)), EncryptionKeys.None), host.Store.Journal, new ShardOptions(), time);
        var old = await CreateAsync(host.Streams, 1);
        var shard = old.Open[0].Key;
        StreamsClient[] clients = [Client(), Client(), Client(), Client()];
        foreach (var client in clients) Assert.IsType<MapResult.Found>(await client.MapAsync(s_stream, default));
        await host.Streams.DeleteStreamAsync(s_stream, default);
        await Eventually(async () => await host.Streams.DescribeStreamAsync(s_stream, default) is DescribeStreamResult.NotFound);
        var incarnation = (await CreateAsync(host.Streams, 1)).Description.Incarnation;

        Assert.IsType<ShardProtocol.AttachReply.Refused>(await clients[0].AttachAsync(shard, "p", 1, default));
        Assert.IsType<ReadResult.Gone>(await clients[1].ReadAsync(shard, ShardPosition.TrimHorizon, 1, 1, TimeSpan.Zero, default));
        Assert.IsType<BoundsResult.Gone>(await clients[2].BoundsAsync(shard, default));
        Assert.IsType<ShardProtocol.AppendReply.Refused>(await clients[3].AppendAsync(s_stream, shard, Block("x"), null, default));

        foreach (var client in clients)
            Assert.Equal(incarnation, Assert.IsType<MapResult.Found>(await client.MapAsync(s_stream, default)).Map.Description.Incarnation);
    }

    [Fact]
    public async Task A_reader_at_the_tip_is_woken_by_the_next_record()
    {
        await using var host = await StartAsync();
        var shard = (await CreateAsync(host.Streams, 1)).Open[0].Key;
        var bounds = Assert.IsType<BoundsResult.Found>(await host.Streams.BoundsAsync(shard, default)).Bounds;

        var read = host.Streams.ReadAsync(shard, bounds.AfterTip, 10, 1 << 20, TimeSpan.FromSeconds(20), default);
        await host.Streams.AppendAsync(s_stream, shard, Block("late"), null, default);

        var records = Assert.IsType<ReadResult.Records>(await read);
        Assert.Equal(1, records.Slices[0].Count);
        Assert.Equal(0, records.BehindMs);
    }

    [Fact]
    public async Task A_reader_that_waits_shortly_does_not_wait_for_one_that_waits_long()
    {
        await using var host = await StartAsync();
        var shard = (await CreateAsync(host.Streams, 1)).Open[0].Key;
        var bounds = Assert.IsType<BoundsResult.Found>(await host.Streams.BoundsAsync(shard, default)).Bounds;
        var patient = host.Streams.ReadAsync(shard, bounds.AfterTip, 10, 1 << 20, TimeSpan.FromMinutes(5), default);

        var read = await host.Streams.ReadAsync(shard, bounds.AfterTip, 10, 1 << 20, TimeSpan.FromMilliseconds(50), default).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Empty(Assert.IsType<ReadResult.Records>(read).Slices);
        Assert.False(patient.IsCompleted);
    }

    [Fact]
    public async Task Of_a_fan_out_consumer_the_newest_subscription_reads_and_the_one_that_waits_is_told_at_once()
    {
        var time = new OffsetTime();
        await using var host = await ShardsHost.StartAsync(new StoreOptions { DataDirectory = _directory }, null, time);
        var shard = (await CreateAsync(host.Streams, 1)).Open[0].Key;
        var (former, newer) = (new FanOutSubscription("reports", 1, "former"), new FanOutSubscription("reports", 1, "newer"));
        Assert.IsType<SubscribeResult.Accepted>(await host.Streams.SubscribeAsync(shard, former, default));
        var bounds = Assert.IsType<BoundsResult.Found>(await host.Streams.BoundsAsync(shard, default)).Bounds;
        var waiting = ReadAsync(former, TimeSpan.FromMinutes(5));
        Assert.IsType<SubscribeResult.InUse>(await host.Streams.SubscribeAsync(shard, newer, default));
        Assert.False(waiting.IsCompleted);
        time.Offset = FanOutSubscription.ProtectedFor;

        Assert.IsType<SubscribeResult.Accepted>(await host.Streams.SubscribeAsync(shard, newer, default));

        Assert.IsType<ReadResult.Superseded>(await waiting.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.IsType<ReadResult.Superseded>(await ReadAsync(former, TimeSpan.Zero));
        Assert.IsType<ReadResult.Records>(await ReadAsync(newer, TimeSpan.Zero));
        Assert.IsType<SubscribeResult.Gone>(await host.Streams.SubscribeAsync(shard with { Shard = 9 }, newer, default));

        Task<ReadResult> ReadAsync(FanOutSubscription subscription, TimeSpan wait) =>
            host.Streams.ReadAsync(shard, bounds.AfterTip, 10, 1 << 20, wait, subscription, default);
    }

    [Fact]
    public async Task After_the_owner_restarted_the_first_subscription_that_reads_is_the_one()
    {
        var first = new FanOutSubscription("reports", 1, "first");
        ShardKey shard;
        await using (var host = await StartAsync())
        {
            shard = (await CreateAsync(host.Streams, 1)).Open[0].Key;
            Assert.IsType<SubscribeResult.Accepted>(await host.Streams.SubscribeAsync(shard, first, default));
        }

        await using var again = await StartAsync();

        Assert.IsType<ReadResult.Records>(await ReadAsync("first"));
        Assert.IsType<ReadResult.Superseded>(await ReadAsync("second"));
        Assert.IsType<SubscribeResult.Accepted>(await again.Streams.SubscribeAsync(shard, first with { Id = "second" }, default));
        Assert.IsType<ReadResult.Superseded>(await ReadAsync("first"));

        Task<ReadResult> ReadAsync(string id) =>
            again.Streams.ReadAsync(shard, ShardPosition.TrimHorizon, 10, 1 << 20, TimeSpan.Zero, first with { Id = id }, default);
    }

    /// <summary>The system's time, later: what waits by it goes on.</summary>
    private sealed class OffsetTime : TimeProvider
    {
        public TimeSpan Offset { get; set; }

        public override long GetTimestamp() => System.GetTimestamp() + (long)(Offset.TotalSeconds * System.TimestampFrequency);

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Offset;
    }

    [Fact]
    public async Task Trimmed_rows_are_deleted_and_their_readers_are_told()
    {
        await using var host = await StartAsync(new ShardOptions { TailBytesMax = 0, DeleteRowsStep = 3 });
        var shard = (await CreateAsync(host.Streams, 1)).Open[0].Key;
        for (var i = 0; i < 20; i++) await host.Streams.AppendAsync(s_stream, shard, Block($"r{i}"), null, default);
        var shards = Regions.Of(host.System, Regions.Shards);
        var reply = await Akka.Actor.Futures.Ask<ShardProtocol.TrimReply>(
            shards, new ShardProtocol.Trim(shard, DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeMilliseconds()), TimeSpan.FromSeconds(5));
        var trimmed = Assert.IsType<ShardProtocol.TrimReply.Trimmed>(reply);
        await host.Streams.AppendAsync(s_stream, shard, Block("kept"), null, default);

        Assert.Equal(["kept"], await ReadAllAsync(host.Streams, shard));
        var missed = Assert.IsType<ReadResult.Records>(
            await host.Streams.ReadAsync(shard, new ShardPosition(2, 0), 10, 1 << 20, TimeSpan.Zero, default));
        Assert.Equal(trimmed.TrimmedToRow + 1, missed.Skipped!.FirstKeptRow);
        await Eventually(async () => await host.Store.Journal.HeaderAtOrAfterAsync(
            shard.PersistenceId, "RA1", 1, trimmed.TrimmedToRow, RecordBatch.HeaderBytes, default) is null);
    }

    [Fact]
    public async Task A_reader_behind_a_large_row_goes_on_with_the_next_one()
    {
        await using var host = await StartAsync(new ShardOptions { TailBytesMax = 0 });
        var shard = (await CreateAsync(host.Streams, 1)).Open[0].Key;
        // Each of the rows is as large as a whole read, or larger.
        string[] data = [new('a', 700_000), new('b', 700_000), new('c', 700_000), new('d', 700_000)];
        await host.Streams.AppendAsync(s_stream, shard, Block(data[..2]), null, default);
        await host.Streams.AppendAsync(s_stream, shard, Block(data[2..]), null, default);
        await host.Streams.AppendAsync(s_stream, shard, Block("last"), null, default);

        Assert.Equal([.. data, "last"], await ReadAllAsync(host.Streams, shard));
    }

    private static async Task<StreamMap> CreateAsync(IStreams streams, int shards, StreamId? id = null)
    {
        var stream = id ?? s_stream;
        Assert.IsType<CreateStreamResult.Created>(await streams.CreateStreamAsync(stream, shards, StreamConfiguration.Provisioned, default));
        StreamMap? map = null;
        await Eventually(async () => (map = (await streams.MapAsync(stream, default) as MapResult.Found)?.Map) is not null);
        return map!;
    }

    private static RecordBlock Block(params string[] data)
    {
        var builder = new RecordBlockBuilder();
        foreach (var text in data) builder.Add("key"u8, null, Encoding.UTF8.GetBytes(text));
        return builder.Build();
    }

    private static async Task<List<string>> ReadAllAsync(IStreams streams, ShardKey shard)
    {
        var all = new List<string>();
        ShardPosition? next = ShardPosition.TrimHorizon;
        while (next is { } from)
        {
            var read = await streams.ReadAsync(shard, from, 3, 1 << 20, TimeSpan.Zero, default);
            var records = Assert.IsType<ReadResult.Records>(read);
            if (records.Slices.Length == 0) break;
            foreach (var slice in records.Slices) all.AddRange(Texts(slice));
            next = records.Next;
        }
        return all;
    }

    private static List<string> Texts(BatchSlice slice)
    {
        var texts = new List<string>();
        var records = slice.Batch.RecordsFrom(slice.FromIndex);
        for (var i = 0; i < slice.Count && records.MoveNext(); i++) texts.Add(Encoding.UTF8.GetString(records.Current.Data));
        return texts;
    }

    private static async Task Eventually(Func<Task<bool>> condition)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await condition())
        {
            timeout.Token.ThrowIfCancellationRequested();
            await Task.Delay(5, timeout.Token);
        }
    }
}
