using ActorStreams.MultiNode.Tests.Roles;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;
using Npgsql;
using Xunit.Abstractions;

namespace ActorStreams.MultiNode.Tests.Specs;

public sealed class ReshardSpecs(ITestOutputHelper output) : MultiNodeSpecs(output)
{
    [SkippableFact]
    public Task A_reshard_goes_on_where_the_node_of_its_stream_dies_though_nobody_asks() => PlayAsync(new ThreeNodes(), async (roles, node) =>
    {
        await node.RunOn(() => node.CreateAsync("orders", 4), roles.First);
        await node.EnterBarrier("created");
        var stream = (await node.MapAsync("orders")).Description;
        var owner = Assert.Single(await node.TestConductor.HoldersAsync(Regions.Streams, stream.Key.PersistenceId));
        await node.EnterBarrier("owner-known");

        var others = roles.Roles.Remove(owner);
        await node.RunOn(async () =>
        {
            Assert.IsType<UpdateStreamResult.Updated>(await node.Streams.UpdateStreamAsync(stream.Id, new StreamChange.Scale(8), isCompat: false, default));
            await node.TestConductor.Exit(owner);
        }, others[0]);
        await node.EnterBarrier("killed");

        // From here on only the store is looked at.
        await node.RunOn(() => MultiNodePart.AwaitAssert(async () => Assert.Equal(8, await ChildrenAsync(node.TestConductor.ConnectionString))), others[1]);
    });

    [SkippableFact]
    public Task A_stream_is_awake_again_where_its_node_died_though_nobody_asks() => PlayAsync(new ThreeNodes(), async (roles, node) =>
    {
        await node.RunOn(() => node.CreateAsync("orders", 1), roles.First);
        await node.EnterBarrier("created");
        var stream = (await node.MapAsync("orders")).Description;
        var owner = Assert.Single(await node.TestConductor.HoldersAsync(Regions.Streams, stream.Key.PersistenceId));
        await node.EnterBarrier("owner-known");

        var others = roles.Roles.Remove(owner);
        await node.RunOn(() => node.TestConductor.Exit(owner), others[0]);
        await node.EnterBarrier("killed");

        // It is it that looks for records past their retention and goes on with what it had begun.
        await node.RunOn(() => MultiNodePart.AwaitAssert(async () => Assert.Contains(Assert.Single(await node.TestConductor.HoldersAsync(Regions.Streams, stream.Key.PersistenceId)), others)), others[1]);
    });

    [SkippableFact]
    public Task A_put_by_way_of_a_node_with_an_old_map_reaches_the_children() => PlayAsync(new TwoNodes(), async (roles, node) =>
    {
        await node.RunOn(() => node.CreateAsync("orders", 1), roles.First);
        await node.EnterBarrier("created");
        var before = await node.MapAsync("orders");
        await node.EnterBarrier("known");

        await node.RunOn(async () =>
        {
            Assert.IsType<UpdateStreamResult.Updated>(await node.Streams.UpdateStreamAsync(before.Description.Id, new StreamChange.Scale(2), isCompat: false, default));
            await MultiNodePart.AwaitAssert(async () => Assert.Equal(2, (await node.MapAsync("orders")).Open.Length));
        }, roles.First);
        await node.EnterBarrier("split");

        await node.RunOn(async () =>
        {
            using var client = new TestKit.KinesisHttp(node.Endpoint);
            var answer = await client.CallAsync("PutRecord", new() { ["StreamName"] = "orders", ["PartitionKey"] = "key", ["Data"] = "AAAA" });
            Assert.NotEqual("shardId-000000000000", (string?)answer.Expect()["ShardId"]);
        }, roles.Second);
    });

    private static async Task<int> ChildrenAsync(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(
            "SELECT count(DISTINCT persistence_id) FROM journal WHERE starts_with(persistence_id, 'shard-') AND manifest = 'EO1' AND persistence_id !~ '-[0-3]$'");
        return (int)(long)(await command.ExecuteScalarAsync())!;
    }
}
