using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Shards.Client;

/// <summary>What people want to know of shards, wherever they live. Safe from any thread.</summary>
public interface IShardInspection
{
    /// <summary>
    /// Asks the shard's owner. Never waits longer than <paramref name="within"/>: an owner that is down is a refusal like any other.
    /// </summary>
    Task<ShardProtocol.InspectReply> InspectAsync(ShardKey shard, TimeSpan within, CancellationToken cancel);
}
