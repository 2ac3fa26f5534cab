using ActorStreams.Pipelines.Consumers;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;

namespace ActorStreams.Pipelines.Firehose;

/// <summary>What became of one read: its records are in a batch, which it may have closed.</summary>
/// <param name="Counts">Of all that became clean with it, which is nothing while records are left for a later batch.</param>
/// <param name="Dropped">Records of these that a step dropped on purpose.</param>
/// <param name="Closed">The batch that ends with the slice, or null.</param>
/// <param name="IsClean">Nothing up to the slice's end is left for a later batch.</param>
/// <param name="LastArrival">Of the newest record read; null where there was none.</param>
internal sealed record FilledSlice(
    ConsumerCounts Counts, long Dropped, long BehindMs, long? BehindRecords, TrimGap? Skipped, int Generation, BatchIntent? Closed, bool IsClean,
    DateTimeOffset? LastArrival)
{
    /// <summary>Everything below is delivered, and counted with this slice at the latest.</summary>
    public ShardPosition Delivered { get; init; }
}
