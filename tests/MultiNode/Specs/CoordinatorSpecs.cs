using System.Globalization;
using System.Text;
using ActorStreams.MultiNode.Tests.Roles;
using ActorStreams.MultiNode.Tests.Workloads;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using Xunit.Abstractions;

namespace ActorStreams.MultiNode.Tests.Specs;

public sealed class CoordinatorSpecs(ITestOutputHelper output) : MultiNodeSpecs(output)
{
    [SkippableFact]
    public Task A_coordinator_moves_and_consumers_go_on() => PlayAsync(new ThreeNodes(), async (roles, node) =>
    {
        await node.RunOn(async () =>
        {
            await PutAsync(node, await node.CreateAsync(WatchPipeline.Source, 3), from: 0);
            await AlertsAsync(node, atLeast: 3);
        }, roles.First);
        var oldest = node.RoleAt(node.Cluster.State.Members.Aggregate((a, b) => a.IsOlderThan(b) ? a : b).Address);
        await node.EnterBarrier("alerted");

        var others = roles.Roles.Remove(oldest);
        await node.RunOn(() => node.TestConductor.Exit(oldest), others[0]);
        await node.EnterBarrier("coordinator-killed");

        await node.RunOn(async () =>
        {
            await PutAsync(node, await node.MapAsync(WatchPipeline.Source), from: 100);
            await AlertsAsync(node, atLeast: 6);
        }, others[1]);
        await node.EnterBarrier("alerted-again");

        await node.RunOn(() => MultiNodePart.AwaitAssert(async () =>
            Assert.Equal(3, Assert.Single((await node.Pipelines.StatusAsync(default)).Applications).Leases.Length)), others[1]);
    });

    [SkippableFact]
    public Task A_coordinator_whose_write_failed_is_started_again() => PlayAsync(new TwoNodes(), async (roles, node) =>
    {
        await node.RunOn(async () =>
        {
            await MultiNodePart.AwaitAssert(() => node.Pipelines.StatusAsync(default));
            await node.TestConductor.StopStore();
            await Assert.ThrowsAsync<TimeoutException>(() => node.Pipelines.StartAsync(WatchPipeline.Definition with { Name = "another" }, default));
            await node.TestConductor.StartStore();
            await MultiNodePart.AwaitAssert(() => node.Pipelines.StatusAsync(default));
        }, roles.First);
    });

    /// <summary>To each shard, until one outlier was stored in each.</summary>
    private static async Task PutAsync(MultiNodePart node, StreamMap map, int from)
    {
        foreach (var shard in map.Open)
        {
            for (var i = 0; i < 20; i++)
            {
                var block = new RecordBlockBuilder();
                var value = i == 19 ? 1000 : 100 + (i % 3);
                block.Add(
                    Encoding.UTF8.GetBytes($"key-{shard.Key.Shard}"), shard.Range.Starting,
                    Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"time":{{1_700_000_000_000 + from + i}},"value":{{value}}}""")));
                await MultiNodePart.AwaitAssert(async () => Assert.IsType<ShardProtocol.AppendReply.Appended>(
                    await node.Streams.AppendAsync(map.Description.Id, shard.Key, block.Build(), null, null, default)));
            }
        }
    }

    private static Task AlertsAsync(MultiNodePart node, int atLeast) => MultiNodePart.AwaitAssert(async () =>
    {
        var output = await node.MapAsync(WatchPipeline.Output);
        Assert.True((await node.ReadSurelyAsync(output.Open[0].Key)).Count >= atLeast);
    });
}
