using ActorStreams.Pipelines.Consumers;
using ActorStreams.Shards.Client;

namespace ActorStreams.Pipelines.Firehose;

/// <summary>What became of one read: its records are in a batch, which it may have closed.</summary>
/// <param name="Closed">The batch that ends with the slice, or null.</param>
/// <param name="IsClean">Nothing up to the slice's end is left for a later batch.</param>
/// <param name="LastArrival">Of the newest record read; null where there was none.</param>
internal sealed record FilledSlice(
    ConsumerCounts Counts, long BehindMs, long? BehindRecords, TrimGap? Skipped, int Generation, BatchIntent? Closed, bool IsClean,
    DateTimeOffset? LastArrival);
