using ActorStreams.MultiNode.Tests.Checking;
using ActorStreams.MultiNode.Tests.Roles;
using ActorStreams.MultiNode.Tests.Workloads;
using Xunit.Abstractions;

namespace ActorStreams.MultiNode.Tests.Specs;

public sealed class KilledNodeSpecs(ITestOutputHelper output) : MultiNodeSpecs(output)
{
    [SkippableFact]
    public Task Shards_of_a_killed_node_are_writable_on_another() => PlayAsync(new ThreeNodes(), async (roles, node) =>
    {
        await node.RunOn(async () =>
        {
            foreach (var shard in (await node.CreateAsync("orders", 12)).Open) await node.AppendSurelyAsync(shard, $"before {shard.Key.Shard}");
        }, roles.First);
        await node.EnterBarrier("written");

        await node.RunOn(() => node.TestConductor.Exit(roles.Third), roles.First);
        await node.EnterBarrier("third-killed");

        await node.RunOn(async () =>
        {
            var map = await node.MapAsync("orders");
            await Task.WhenAll(map.Open.Select(shard => node.AppendSurelyAsync(shard, $"after {shard.Key.Shard}", TimeSpan.FromSeconds(8))));
            foreach (var shard in map.Open)
            {
                var records = await node.ReadSurelyAsync(shard.Key);
                Assert.Equal($"before {shard.Key.Shard}", records[0]);
                Assert.Equal($"after {shard.Key.Shard}", records[^1]);
            }
        }, roles.Second);
        await node.EnterBarrier("written-again");

        await node.RunOn(async () =>
        {
            var shards = await JournalRows.ReadShardsAsync(node.TestConductor.ConnectionString, WatchPipeline.Region);
            Assert.Empty(shards.SelectMany(s => s.Faults));
            Assert.Contains(shards, s => s.Owners.Length > 1);
        }, roles.First);
    });
}
