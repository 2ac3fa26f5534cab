using ActorStreams.Shards.Client;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using ActorStreams.TestKit;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Shards.Tests.Client;

public sealed class InspectionSpecs
{
    private static readonly StreamId s_stream = new("eu-test-1", "orders");
    private static readonly TimeSpan s_within = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task A_shard_tells_who_owns_it_what_it_keeps_and_what_passes_through_it()
    {
        await using var store = await TestStore.CreateAsync(StoreKind.Sqlite);
        ShardKey shard;
        await using (var host = await ShardsHost.StartAsync(store.Options, new ShardOptions { TailBytesMax = 0 }))
        {
            shard = await CreateAsync(host);
            for (var i = 0; i < 20; i++) await AppendAsync(host, shard, i % 4 == 0 ? "often"u8 : "seldom"u8);
            // What is read is told to the owner with the next read.
            for (var i = 0; i < 2; i++) await host.Streams.ReadAsync(shard, ShardPosition.TrimHorizon, 100, 1 << 20, TimeSpan.Zero, default);

            var found = Assert.IsType<InspectReply.Found>(await host.Client.InspectAsync(shard, s_within, default));

            Assert.Equal((shard, HashKeyRange.Whole, 1L, 20L), (found.Shard, found.Range, found.Epoch, found.Records));
            Assert.Equal(Akka.Cluster.Cluster.Get(host.System).SelfAddress.ToString(), found.Node);
            Assert.True(found.Bytes > 20 * RecordBatch.HeaderBytes);
            Assert.True(found.In.RecordsPerSecond > 0 && found.In.BytesPerSecond > 0);
            Assert.True(found.Out.RecordsPerSecond > 0 && found.Out.BytesPerSecond > 0);
            Assert.Equal(["seldom", "often"], found.HotKeys.Select(k => k.PartitionKey));
            Assert.Equal([0.75, 0.25], found.HotKeys.Select(k => Math.Round(k.Share, 6)));
        }

        await using var again = await ShardsHost.StartAsync(store.Options);
        var later = Assert.IsType<InspectReply.Found>(await again.Client.InspectAsync(shard, s_within, default));
        Assert.Equal((2L, 20L, 0.0), (later.Epoch, later.Records, later.In.RecordsPerSecond));
    }

    [Fact]
    public async Task What_was_trimmed_is_not_kept_any_more_also_after_a_restart()
    {
        await using var store = await TestStore.CreateAsync(StoreKind.Sqlite);
        ShardKey shard;
        await using (var host = await ShardsHost.StartAsync(store.Options))
        {
            shard = await CreateAsync(host);
            for (var i = 0; i < 20; i++) await AppendAsync(host, shard, "key"u8);
            await Akka.Actor.Futures.Ask<TrimReply>(
                Regions.Of(host.System, Regions.Shards), new Trim(shard, DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeMilliseconds()), s_within);
            for (var i = 0; i < 3; i++) await AppendAsync(host, shard, "key"u8);

            Assert.Equal(3, Assert.IsType<InspectReply.Found>(await host.Client.InspectAsync(shard, s_within, default)).Records);
        }

        await using var again = await ShardsHost.StartAsync(store.Options);
        Assert.Equal(3, Assert.IsType<InspectReply.Found>(await again.Client.InspectAsync(shard, s_within, default)).Records);
    }

    [Fact]
    public async Task A_shard_that_never_was_is_refused_and_an_owner_that_is_away_is_given_up()
    {
        await using var store = await TestStore.CreateAsync(StoreKind.Sqlite);
        await using var host = await ShardsHost.StartAsync(store.Options);

        var never = await host.Client.InspectAsync(new ShardKey("eu-test-1", new Incarnation(7), 0), s_within, default);
        var away = await host.Client.InspectAsync(new ShardKey("eu-test-1", new Incarnation(7), 1), TimeSpan.FromTicks(1), default);

        Assert.Equal(AppendError.NotOpened, Assert.IsType<InspectReply.Refused>(never).Error);
        Assert.Equal(AppendError.OutcomeUnknown, Assert.IsType<InspectReply.Refused>(away).Error);
    }

    private static async Task<ShardKey> CreateAsync(ShardsHost host)
    {
        Assert.IsType<CreateStreamResult.Created>(await host.Streams.CreateStreamAsync(s_stream, 1, StreamConfiguration.Provisioned, default));
        while (true)
        {
            if (await host.Streams.MapAsync(s_stream, default) is MapResult.Found found) return found.Map.Open[0].Key;
            await Task.Delay(10);
        }
    }

    private static Task AppendAsync(ShardsHost host, ShardKey shard, ReadOnlySpan<byte> key)
    {
        var builder = new RecordBlockBuilder();
        builder.Add(key, null, "data"u8);
        return host.Streams.AppendAsync(s_stream, shard, builder.Build(), null, default);
    }
}
