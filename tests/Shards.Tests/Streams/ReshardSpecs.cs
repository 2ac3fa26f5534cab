using System.Globalization;
using System.Text;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Store;
using ActorStreams.Shards.Streams;
using ActorStreams.TestKit;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Shards.Tests.Streams;

/// <summary>Splits and merges of real shards over a real store.</summary>
public sealed class ReshardSpecs : IDisposable
{
    private static readonly StreamId s_stream = new("eu-test-1", "orders");
    private readonly string _directory = Directory.CreateTempSubdirectory("actorstreams-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Records_of_a_key_stay_in_order_from_parent_to_child_and_closed_shards_stay_readable()
    {
        await using var host = await StartAsync();
        await CreateAsync(host, 1);
        for (var i = 0; i < 20; i++) await PutAsync(host.Streams, i);
        await ChangeAsync(host, new StreamChange.Scale(5));
        for (var i = 20; i < 40; i++) await PutAsync(host.Streams, i);
        await ChangeAsync(host, new StreamChange.Scale(2));
        for (var i = 40; i < 60; i++) await PutAsync(host.Streams, i);

        var stream = await ActiveAsync(host);
        var records = await ReadAllAsync(host.Streams, stream);

        Assert.Equal(2, stream.OpenShards);
        Assert.Equal(60, records.Count);
        AssertOrdered(records);
        var closed = stream.Shards.Where(s => s.EndingSequenceNumber is not null).ToList();
        Assert.All(closed, s => Assert.True(s.ClosedAtMs >= s.OpenedAtMs && s.OpenedAtMs > 0));
        Assert.All(records, r =>
        {
            var shard = stream.Shards.Single(s => s.Key.Shard == r.Number.Shard);
            Assert.True(shard.StartingSequenceNumber.CompareTo(r.Number) < 0);
            Assert.True(shard.EndingSequenceNumber is not { } ending || ending.CompareTo(r.Number) > 0);
        });
    }

    [Fact]
    public async Task A_closed_shard_names_its_children_to_writers_and_ends_for_readers()
    {
        await using var host = await StartAsync();
        await CreateAsync(host, 1);
        var parent = (await MapAsync(host.Streams)).Open[0].Key;
        await PutAsync(host.Streams, 1);
        await ChangeAsync(host, new StreamChange.Split(0, UInt128.One << 127));
        var stream = await ActiveAsync(host);

        var refused = Assert.IsType<AppendReply.Refused>(await host.Streams.AppendAsync(s_stream, parent, Block(2), null, default));
        Assert.Equal((AppendError.Closed, 2), (refused.Error, refused.Children.Length));
        var read = Assert.IsType<ReadResult.Records>(
            await host.Streams.ReadAsync(parent, ShardPosition.TrimHorizon, 100, 1 << 20, TimeSpan.FromSeconds(30), default));
        Assert.Null(read.Next);
        Assert.Equal([1, 2], stream.Shards.Where(s => s.Parents.SequenceEqual([0])).Select(s => s.Key.Shard));
    }

    [Fact]
    public async Task Producers_go_on_where_they_were_in_the_children()
    {
        await using var host = await StartAsync();
        await CreateAsync(host, 1);
        var parent = (await MapAsync(host.Streams)).Open[0].Key;
        await host.Streams.AttachAsync(parent, "agent", 1, default);
        var first = Position(1);
        Assert.IsType<AppendReply.Appended>(
            await host.Streams.AppendAsync(s_stream, parent, Block(1), new ProducerAppend("agent", 1, ProducerPosition.None, first), default));
        await ChangeAsync(host, new StreamChange.Scale(2));
        await ActiveAsync(host);

        foreach (var child in (await MapAsync(host.Streams)).Open)
        {
            var attached = Assert.IsType<AttachReply.Attached>(await host.Streams.AttachAsync(child.Key, "agent", 2, default));
            Assert.Equal(first, Assert.Single(attached.Positions).Position);
            Assert.Equal(child.Range, attached.Positions[0].Range);
        }
    }

    [Fact]
    public async Task More_shards_than_the_region_may_have_are_refused_and_the_count_is_true_afterwards()
    {
        await using var host = await StartAsync(new ShardOptions { ShardQuota = 6 });
        await CreateAsync(host, 4);

        var refused = Assert.IsType<UpdateStreamResult.Refused>(
            await host.Streams.UpdateStreamAsync(s_stream, new StreamChange.Scale(7), false, default));
        Assert.Equal((ChangeRefusal.ShardQuota, 4, 6, 3), (refused.Reason, refused.Current, refused.Limit, refused.Requested));
        await ChangeAsync(host, new StreamChange.Scale(6));
        await ActiveAsync(host);
        await ChangeAsync(host, new StreamChange.Scale(2));
        await ActiveAsync(host);

        await Eventually(async () => await host.Streams.DescribeRegionAsync(s_stream.Region, default) is DescribeRegionResult.Found { OpenShards: 2 });
        var listed = Assert.IsType<ListStreamsResult.Page>(await host.Streams.ListStreamsAsync(s_stream.Region, null, 10, default));
        Assert.Equal((2, StreamStatus.Active), (listed.Streams[0].Shards, listed.Streams[0].Status));
    }

    [Fact]
    public async Task A_reshard_goes_on_after_the_node_is_gone_in_the_middle_of_it()
    {
        var host = await StartAsync();
        await CreateAsync(host, 2);
        for (var i = 0; i < 10; i++) await PutAsync(host.Streams, i);
        await ChangeAsync(host, new StreamChange.Scale(40));
        // Nothing drains: whatever was under way is left where it is.
        await host.System.Terminate();
        await host.Store.DisposeAsync();

        await using var again = await StartAsync();
        var stream = await ActiveAsync(again);
        for (var i = 10; i < 20; i++) await PutAsync(again.Streams, i);

        Assert.Equal(40, stream.OpenShards);
        var records = await ReadAllAsync(again.Streams, stream);
        Assert.Equal(20, records.Count);
        AssertOrdered(records);
    }

    [Fact]
    public async Task A_stream_that_is_deleted_while_it_reshards_leaves_no_shard_behind()
    {
        await using var host = await StartAsync();
        await CreateAsync(host, 1);
        await PutAsync(host.Streams, 1);
        var incarnation = (await MapAsync(host.Streams)).Description.Incarnation;
        await ChangeAsync(host, new StreamChange.Scale(8));
        await host.Streams.DeleteStreamAsync(s_stream, default);
        await Eventually(async () => await host.Streams.DescribeStreamAsync(s_stream, default) is DescribeStreamResult.NotFound);

        for (var number = 0; number < 15; number++)
        {
            var refused = Assert.IsType<AppendReply.Refused>(
                await host.Streams.AppendAsync(s_stream, new ShardKey(s_stream.Region, incarnation, number), Block(2), null, default));
            Assert.True(refused.Error is AppendError.Ended or AppendError.NotOpened, $"{number}: {refused}");
        }
        await Eventually(async () => await host.Streams.DescribeRegionAsync(s_stream.Region, default) is DescribeRegionResult.Found { OpenShards: 0 });
    }

    private Task<ShardsHost> StartAsync(ShardOptions? options = null) =>
        ShardsHost.StartAsync(new StoreOptions { DataDirectory = _directory }, options);

    private static async Task CreateAsync(ShardsHost host, int shards)
    {
        Assert.IsType<CreateStreamResult.Created>(await host.Streams.CreateStreamAsync(s_stream, shards, StreamConfiguration.Provisioned, default));
        await ActiveAsync(host);
    }

    private static async Task ChangeAsync(ShardsHost host, StreamChange change) =>
        Assert.IsType<UpdateStreamResult.Updated>(await host.Streams.UpdateStreamAsync(s_stream, change, isCompat: false, default));

    private static async Task<StreamDescription> ActiveAsync(ShardsHost host)
    {
        StreamDescription? stream = null;
        await Eventually(async () =>
            await host.Streams.DescribeStreamAsync(s_stream, default) is DescribeStreamResult.Found { Stream: { Status: StreamStatus.Active } found }
            && (stream = found) is not null);
        return stream!;
    }

    private static async Task<StreamMap> MapAsync(IStreams streams) =>
        Assert.IsType<MapResult.Found>(await streams.MapAsync(s_stream, default)).Map;

    /// <summary>Ten keys take turns; each record is in its key's shard of the moment, wherever that is.</summary>
    private static async Task PutAsync(IStreams streams, int i)
    {
        await Eventually(async () =>
        {
            var map = await MapAsync(streams);
            var shard = map.Open[map.Router.Route(ActorStreams.Shards.Keys.HashKeys.Of(Key(i)))];
            return await streams.AppendAsync(s_stream, shard.Key, Block(i), null, default) is AppendReply.Appended;
        });
    }

    private static byte[] Key(int i) => Encoding.UTF8.GetBytes($"key-{i % 10}");

    private static RecordBlock Block(int i)
    {
        var builder = new RecordBlockBuilder();
        builder.Add(Key(i), null, Encoding.UTF8.GetBytes(i.ToString(CultureInfo.InvariantCulture)));
        return builder.Build();
    }

    private static ProducerPosition Position(byte value) => new(new[] { value });

    private static void AssertOrdered(List<(SequenceNumber Number, string Key, int Value)> records)
    {
        foreach (var key in records.GroupBy(r => r.Key))
        {
            var values = key.OrderBy(r => r.Number).Select(r => r.Value).ToList();
            Assert.Equal(values.Order(), values);
        }
    }

    private static async Task<List<(SequenceNumber Number, string Key, int Value)>> ReadAllAsync(IStreams streams, StreamDescription stream)
    {
        var records = new List<(SequenceNumber, string, int)>();
        foreach (var shard in stream.Shards)
        {
            var read = Assert.IsType<ReadResult.Records>(
                await streams.ReadAsync(shard.Key, ShardPosition.TrimHorizon, 10_000, 10 << 20, TimeSpan.Zero, default));
            foreach (var slice in read.Slices)
            {
                foreach (var record in slice.Batch.RecordsFrom(0))
                {
                    var number = new SequenceNumber(shard.Key.Incarnation, shard.Generation, shard.Key.Shard, slice.Batch.Row, 0);
                    records.Add((number, Encoding.UTF8.GetString(record.PartitionKey), int.Parse(Encoding.UTF8.GetString(record.Data), CultureInfo.InvariantCulture)));
                }
            }
        }
        return records;
    }

    private static async Task Eventually(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await condition()) await Task.Delay(10, limit.Token);
    }
}
