using ActorStreams.MultiNode.Tests.Roles;
using ActorStreams.MultiNode.Tests.Workloads;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using Xunit.Abstractions;

namespace ActorStreams.MultiNode.Tests.Specs;

public sealed class SubscriptionSpecs(ITestOutputHelper output) : MultiNodeSpecs(output)
{
    private static readonly FanOutSubscription s_first = new("consumer", 1, "first");
    private static readonly FanOutSubscription s_second = new("consumer", 1, "second");

    [SkippableFact]
    public Task A_subscription_by_way_of_one_node_takes_over_from_one_by_way_of_another() => PlayAsync(new TwoNodes(), async (roles, node) =>
    {
        await node.RunOn(() => node.CreateAsync("orders", 4), roles.First);
        await node.EnterBarrier("created");
        var map = await node.MapAsync("orders");
        await node.RunOn(async () =>
        {
            foreach (var shard in map.Open) Assert.IsType<SubscribeResult.Accepted>(await node.Streams.SubscribeAsync(shard.Key, s_first, default));
        }, roles.First);
        await node.EnterBarrier("subscribed");

        // Within the first seconds the former one is protected; a read that waits ends as soon as it is superseded.
        await node.RunOn(() => Task.WhenAll(map.Open.Select(async shard => await MultiNodePart.AwaitAssert(async () => Assert.IsType<ReadResult.Superseded>(
            await node.Streams.ReadAsync(shard.Key, ShardPosition.TrimHorizon, 10, 1_000, TimeSpan.FromSeconds(2), s_first, default))))), roles.First);
        await node.RunOn(async () =>
        {
            Assert.IsType<SubscribeResult.InUse>(await node.Streams.SubscribeAsync(map.Open[0].Key, s_second, default));
            foreach (var shard in map.Open)
                await MultiNodePart.AwaitAssert(async () => Assert.IsType<SubscribeResult.Accepted>(await node.Streams.SubscribeAsync(shard.Key, s_second, default)));
        }, roles.Second);
    });

    [SkippableFact]
    public Task A_change_made_by_way_of_one_node_is_seen_by_way_of_another() => PlayAsync(new TwoNodes(), async (roles, node) =>
    {
        var id = new StreamId(WatchPipeline.Region, "orders");
        await node.RunOn(() => node.CreateAsync("orders", 1), roles.First);
        await node.EnterBarrier("created");
        Assert.Equal(24, (await node.MapAsync("orders")).Description.RetentionHours);
        await node.EnterBarrier("known");

        await node.RunOn(async () => Assert.IsType<UpdateStreamResult.Updated>(
            await node.Streams.UpdateStreamAsync(id, new StreamChange.SetRetention(48, IsIncrease: true), isCompat: false, default)), roles.First);
        await node.EnterBarrier("changed");

        await MultiNodePart.AwaitAssert(async () => Assert.Equal(48, (await node.MapAsync("orders")).Description.RetentionHours));
        await node.EnterBarrier("seen");

        await node.RunOn(async () => Assert.IsType<DeleteStreamResult.Deleting>(await node.Streams.DeleteStreamAsync(id, default)), roles.Second);
        await node.EnterBarrier("deleted");

        await MultiNodePart.AwaitAssert(async () => Assert.IsType<MapResult.NotFound>(await node.Streams.MapAsync(id, default)));
    });

    [SkippableFact]
    public Task Large_records_pass_between_nodes_in_both_directions() => PlayAsync(new TwoNodes(), async (roles, node) =>
    {
        await node.RunOn(() => node.CreateAsync("orders", 4), roles.First);
        await node.EnterBarrier("created");
        var map = await node.MapAsync("orders");
        var data = new string('x', 900_000);

        await node.RunOn(async () =>
        {
            foreach (var shard in map.Open) await node.AppendSurelyAsync(shard, data[..200]);
            foreach (var shard in map.Open) await AppendLargeAsync(node, shard, data);
        }, roles.First);
        await node.EnterBarrier("written");

        foreach (var shard in map.Open) Assert.Equal([data[..200], data], await node.ReadSurelyAsync(shard.Key));
    });

    private static async Task AppendLargeAsync(MultiNodePart node, ShardDescription shard, string data)
    {
        var block = new RecordBlockBuilder();
        block.Add("key"u8, shard.Range.Starting, System.Text.Encoding.UTF8.GetBytes(data));
        Assert.IsType<ShardProtocol.AppendReply.Appended>(
            await node.Streams.AppendAsync(new StreamId(WatchPipeline.Region, "orders"), shard.Key, block.Build(), null, null, default));
    }
}
