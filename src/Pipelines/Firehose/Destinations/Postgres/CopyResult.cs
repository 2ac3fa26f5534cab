using System.Collections.Immutable;
using ActorStreams.Shards.Log;

namespace ActorStreams.Pipelines.Firehose.Destinations.Postgres;

/// <summary>Records that become rows together or not at all.</summary>
/// <param name="Delivery">The delivery stream's name.</param>
/// <param name="Shard">Where they come from.</param>
/// <param name="Batch">Names the batch, and no other ever; persisted before the first try and the same at each redo and redrive.</param>
/// <param name="Position">Up to which the shard is delivered with it; told to whoever looks at the table.</param>
/// <param name="Records">The same as often as they are asked for, one at a time: each is there until the next is.</param>
public sealed record CopyBatch(string Delivery, string Shard, string Batch, ShardPosition Position, IEnumerable<ReadOnlyMemory<byte>> Records);

/// <summary>A record that is no row.</summary>
/// <param name="Ordinal">Which one of the batch, from 0.</param>
public readonly record struct CopyFailure(int Ordinal, string Reason);

/// <summary>What came of one try.</summary>
public abstract record CopyResult
{
    private CopyResult()
    {
    }

    /// <summary>Committed: the rows, and that they were delivered.</summary>
    /// <param name="Failed">In order; none of them is a row, and they are noted with the batch.</param>
    public sealed record Delivered(long Rows, ImmutableArray<CopyFailure> Failed) : CopyResult;

    /// <summary>An earlier try committed it, with this outcome; this one changed nothing.</summary>
    public sealed record DeliveredBefore(long Rows, ImmutableArray<CopyFailure> Failed) : CopyResult;

    /// <summary>Nothing of it is in the table, or nobody knows: the same batch is tried again.</summary>
    public sealed record RetryLater(string Reason) : CopyResult;
}
