namespace ActorStreams.Pipelines.Consumers;

/// <summary>What a delivery has read of a shard and not delivered. Its position stands before all of it.</summary>
/// <param name="Records">Of all its batches.</param>
/// <param name="OldestMs">Arrival of the oldest, in ms since 1970; 0 where there is none.</param>
/// <param name="BatchesOut">Batches that are being written, or wait until those before them are.</param>
/// <param name="UnreadMs">Age of the tip against the last record read, in ms: how far the reading itself is behind; -1 while nothing was read.</param>
/// <param name="UnreadRecords">Records behind the last one read; null where that is not known.</param>
public sealed record Backlog(long Records, long OldestMs, int BatchesOut, long UnreadMs, long? UnreadRecords)
{
    /// <summary>The batch that is being filled; null where it is empty.</summary>
    public CollectedBatch? Collecting { get; init; }
}

/// <summary>A batch that is being filled. It goes out when it is full or old enough.</summary>
/// <param name="Records">Of the source.</param>
/// <param name="Bytes">Of its largest object, before compression.</param>
/// <param name="BytesMax">At which it goes out.</param>
/// <param name="AgeMs">Since its first record was read.</param>
/// <param name="AgeMsMax">At which it goes out.</param>
public sealed record CollectedBatch(long Records, long Bytes, long BytesMax, long AgeMs, long AgeMsMax);
