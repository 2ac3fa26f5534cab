using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;
using ActorStreams.TestKit;

namespace ActorStreams.Shards.Tests.Faults;

public sealed class DeletionSpecs
{
    [Fact]
    public async Task A_deleted_stream_leaves_no_payload_and_no_snapshot_behind()
    {
        await using var store = await TestStore.CreateAsync(StoreKind.Sqlite);
        await using var host = await ShardsHost.StartAsync(store.Options);
        var stream = new StreamId(FaultHost.Region, "orders");
        foreach (var shard in await host.CreateAsync("orders", 2)) await new Sent().AppendAsync(host.Streams, shard, "payload");

        Assert.IsType<DeleteStreamResult.Deleting>(await host.Streams.DeleteStreamAsync(stream, CancellationToken.None));
        await Expect.EventuallyAsync("the stream gone", 10, async () =>
            await host.Streams.DescribeStreamAsync(stream, CancellationToken.None) is DescribeStreamResult.NotFound);

        using var file = new SqliteFile(store.Options);
        Assert.Equal(0, file.Scalar<int>("SELECT count(*) FROM journal WHERE persistence_id LIKE 'shard-%' AND length(message) > 0"));
        await Expect.EventuallyAsync("the snapshots gone", 10, () =>
            file.Scalar<int>("SELECT count(*) FROM snapshot WHERE persistence_id LIKE 'shard-%'") == 0);
    }
}
