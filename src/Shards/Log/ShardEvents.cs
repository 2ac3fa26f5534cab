using System.Collections.Immutable;
using ActorStreams.Shards.Encryption;
using ActorStreams.Shards.Keys;

namespace ActorStreams.Shards.Log;

/// <summary>Facts in a shard's journal. Manifests are in <c>Serialization/Manifests.cs</c>.</summary>
public static class ShardEvents
{
    public interface IShardEvent;

    /// <summary>The shard was born, with its first owner; epoch 1.</summary>
    public sealed record Opened(
        HashKeyRange Range,
        int Generation,
        ImmutableArray<int> Parents,
        long ArrivalFloorMs,
        ImmutableArray<ProducerEntry> Inherited,
        string Node,
        EncryptionKeyRef? Encryption = null) : IShardEvent;

    /// <summary>A later incarnation of the actor took the shard over; written before it serves.</summary>
    public sealed record Owned(long Epoch, string Node) : IShardEvent;

    /// <summary>The records of one flush and the producers' steps that became durable with them.</summary>
    public sealed record RecordsAppended(RecordBatch Batch) : IShardEvent;

    public sealed record ProducerAttached(string Producer, long Epoch) : IShardEvent;

    /// <summary>Batches from the next one on are sealed with this key, or are stored in clear where it is null.</summary>
    public sealed record EncryptionSet(EncryptionKeyRef? Key) : IShardEvent;

    /// <summary>Rows up to this one are given up; they are deleted after this is durable.</summary>
    public sealed record TrimmedTo(long Row) : IShardEvent;

    public sealed record Closed(ImmutableArray<int> Children) : IShardEvent;

    /// <summary>The shard ended with its stream; every row before this one is deleted.</summary>
    public sealed record Ended : IShardEvent
    {
        public static readonly Ended Instance = new();
    }
}
