using ActorStreams.Management.Membership;
using ActorStreams.Shards.Streams;
using ActorStreams.TestKit;

namespace ActorStreams.Management.Tests.Membership;

public sealed class ShardingSpecs
{
    [Fact]
    public async Task Buckets_are_told_of_this_node_and_of_the_whole_cluster()
    {
        await using var store = await TestStore.CreateAsync(StoreKind.Sqlite);
        await using var shards = await ShardsHost.StartAsync(store.Options);
        await using var host = await ManagementHost.StartAsync(new ManagementOptions(), new ShardingPage(() => shards.System));
        await shards.Streams.CreateStreamAsync(new StreamId("eu-test-1", "orders"), 4, StreamConfiguration.Provisioned, CancellationToken.None);

        var own = await host.SendAsync(HttpMethod.Get, "cluster/shards/catalogue");
        var all = await host.SendAsync(HttpMethod.Get, "cluster/shards");

        Assert.Equal(1, Assert.Single(own.Body.GetProperty("regions").EnumerateArray()).GetProperty("numEntities").GetInt32());
        Assert.Equal(["catalogue", "shard", "stream"], all.Body.GetProperty("types").EnumerateArray().Select(t => t.GetProperty("type").GetString()));
        var catalogues = all.Body.GetProperty("types")[0].GetProperty("regions")[0];
        Assert.Equal(1, catalogues.GetProperty("entities").GetInt32());
        Assert.Equal(Akka.Cluster.Cluster.Get(shards.System).SelfAddress.ToString(), catalogues.GetProperty("node").GetString());
    }

    [Fact]
    public async Task A_type_that_is_not_started_is_refused_by_those_that_are()
    {
        await using var store = await TestStore.CreateAsync(StoreKind.Sqlite);
        await using var shards = await ShardsHost.StartAsync(store.Options);
        await using var host = await ManagementHost.StartAsync(new ManagementOptions(), new ShardingPage(() => shards.System));

        var (status, body) = await host.SendAsync(HttpMethod.Get, "cluster/shards/orders");

        Assert.Equal(404, status);
        Assert.Contains("catalogue, shard, stream", body.GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
