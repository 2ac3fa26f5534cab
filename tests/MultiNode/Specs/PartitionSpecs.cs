using ActorStreams.MultiNode.Tests.Checking;
using ActorStreams.MultiNode.Tests.Roles;
using ActorStreams.MultiNode.Tests.Workloads;
using ActorStreams.Shards.Log;
using Xunit.Abstractions;

namespace ActorStreams.MultiNode.Tests.Specs;

public sealed class PartitionSpecs(ITestOutputHelper output) : MultiNodeSpecs(output)
{
    private readonly List<string> _ofMinority = [];

    [SkippableFact]
    public Task A_partition_of_three_and_two_leaves_one_owner_of_each_shard() => PlayAsync(new FiveNodes(), async (roles, node) =>
    {
        await node.RunOn(() => node.CreateAsync("orders", 10), roles.First);
        await node.EnterBarrier("created");
        var map = await node.MapAsync("orders");
        await node.EnterBarrier("known");

        await node.RunOn(() => node.TestConductor.Isolate(roles.Fourth, roles.Fifth), roles.First);
        await node.EnterBarrier("cut");

        // Both sides write what they can; the smaller one ends by and by.
        await node.RunOn(async () =>
        {
            foreach (var shard in map.Open) await node.AppendSurelyAsync(shard, $"majority {shard.Key.Shard}");
        }, roles.First, roles.Second, roles.Third);
        await node.RunOn(async () =>
        {
            var acknowledged = new List<string>();
            var sawNoMajority = false;
            try
            {
                while (!node.Sys.WhenTerminated.IsCompleted)
                {
                    sawNoMajority |= node.Lacks?.Contains("no majority", StringComparison.Ordinal) is true;
                    var shard = map.Open[Random.Shared.Next(map.Open.Length)];
                    var data = $"{node.Myself} {acknowledged.Count}";
                    if (await node.AppendAsync(shard, data) is ShardProtocol.AppendReply.Appended) acknowledged.Add(data);
                }
            }
            catch (Exception e) when (e is RoleEndedException or ObjectDisposedException or InvalidOperationException)
            {
                // It has ended.
            }

            Assert.True(sawNoMajority, "The cut was not noticed, so there was none.");
            _ofMinority.AddRange(acknowledged);
        }, roles.Fourth);
        await node.EnterBarrier("written");

        await node.RunOn(() => node.TestConductor.Heal(), roles.First);
        await node.EnterBarrier("healed");

        await node.RunOn(async () =>
        {
            var shards = await JournalRows.ReadShardsAsync(node.TestConductor.ConnectionString, WatchPipeline.Region);
            Assert.Empty(shards.SelectMany(s => s.Faults));
            var stored = new List<string>();
            foreach (var shard in map.Open) stored.AddRange(await node.ReadSurelyAsync(shard.Key));
            Assert.Empty(_ofMinority.Except(stored));
            Assert.All(map.Open, shard => Assert.Contains($"majority {shard.Key.Shard}", stored));
        }, roles.Second);
    });
}
