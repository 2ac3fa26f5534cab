using System.Text;
using ActorStreams.MultiNode.Tests.Roles;
using ActorStreams.MultiNode.Tests.Workloads;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.MultiNode.Tests.Specs;

/// <summary>What specs do with streams, by way of the node that they run beside.</summary>
internal static class ClusterStreams
{
    /// <summary>Creates a stream and answers when it is active here.</summary>
    public static async Task<StreamMap> CreateAsync(this MultiNodePart node, string name, int shards)
    {
        var stream = new StreamId(WatchPipeline.Region, name);
        await MultiNodePart.AwaitAssert(async () =>
            Assert.True(await node.Streams.CreateStreamAsync(stream, shards, StreamConfiguration.Provisioned, default) is CreateStreamResult.Created or CreateStreamResult.AlreadyExists));
        return await node.MapAsync(name);
    }

    /// <summary>The map of a stream as this node knows it, once it is active.</summary>
    public static async Task<StreamMap> MapAsync(this MultiNodePart node, string name)
    {
        StreamMap? map = null;
        await MultiNodePart.AwaitAssert(async () =>
            map = Assert.IsType<MapResult.Found>(await node.Streams.MapAsync(new StreamId(WatchPipeline.Region, name), default)).Map);
        return map!;
    }

    public static Task<AppendReply> AppendAsync(this MultiNodePart node, ShardDescription shard, string data)
    {
        var block = new RecordBlockBuilder();
        block.Add(Encoding.UTF8.GetBytes(data), shard.Range.Starting, Encoding.UTF8.GetBytes(data));
        return node.Streams.AppendAsync(new StreamId(WatchPipeline.Region, "any"), shard.Key, block.Build(), null, default);
    }

    /// <summary>Appends until it is acknowledged; what comes to be stored by tries of unknown outcome is there too.</summary>
    public static Task AppendSurelyAsync(this MultiNodePart node, ShardDescription shard, string data, TimeSpan? within = null) =>
        MultiNodePart.AwaitAssert(async () => Assert.IsType<AppendReply.Appended>(await node.AppendAsync(shard, data)), within);

    /// <summary>Everything in a shard, in order.</summary>
    public static async Task<IReadOnlyList<string>> ReadSurelyAsync(this MultiNodePart node, ShardKey shard)
    {
        List<string> all = [];
        await MultiNodePart.AwaitAssert(async () =>
        {
            all.Clear();
            var position = ShardPosition.TrimHorizon;
            while (true)
            {
                var records = Assert.IsType<ReadResult.Records>(await node.Streams.ReadAsync(shard, position, 1_000, 1 << 20, TimeSpan.Zero, default));
                foreach (var slice in records.Slices) AddTo(all, slice);
                if (records.Next is not { } next || records.BehindMs == 0) return;
                position = next;
            }
        });
        return all;
    }

    private static void AddTo(List<string> all, BatchSlice slice)
    {
        var records = slice.Batch.RecordsFrom(slice.FromIndex);
        for (var i = 0; i < slice.Count && records.MoveNext(); i++) all.Add(Encoding.UTF8.GetString(records.Current.Data));
    }
}
