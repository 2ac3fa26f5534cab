using System.Collections.Immutable;
using ActorStreams.Pipelines.Anomaly;
using ActorStreams.Pipelines.Checkpointing;
using ActorStreams.Pipelines.Decoding;
using ActorStreams.Pipelines.Sinks;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;

namespace ActorStreams.Pipelines.Consumers;

/// <summary>What moves through a graph: a value, and where the source goes on once it is done. No stage drops an envelope.</summary>
/// <param name="IsEnd">Nothing follows: the shard is closed and this is the last of it.</param>
public sealed record Envelope<T>(T Value, ShardPosition Position, bool IsEnd)
{
    public Envelope<TOut> With<TOut>(TOut value) => new(value, Position, IsEnd);
}

/// <summary>The answer to one read; no records when the shard had none for a while.</summary>
/// <param name="BehindRecords">Records between this and the tip, where that can be told.</param>
public sealed record SourceSlice(
    ImmutableArray<BatchSlice> Slices, int Generation, long BehindMs, long? BehindRecords, TrimGap? Skipped);

/// <summary>What was taken apart above the checkpoint: user records of aggregated records, and those left out as another shard's.</summary>
public readonly record struct AggregationCounts(long UserRecords, long LeftOut);

/// <summary>The samples of one read, the records that gave none, and how many there were above the checkpoint.</summary>
public sealed record DecodedSlice(
    SourceSlice Source, IReadOnlyList<Sample> Samples, IReadOnlyList<UndecodableRecord> Undecodable, int Records, AggregationCounts Aggregation);

/// <summary>An alert, its place among what came of its record, and its bytes.</summary>
public sealed record DetectedAlert(Alert Alert, int Ordinal, DateTimeOffset ArrivedAt, ReadOnlyMemory<byte> Json);

/// <summary>What is to be delivered of one read, that above the checkpoint only.</summary>
/// <param name="Kept">The detector's memory after it, where it is time to keep it.</param>
public sealed record DetectedSlice(
    SourceSlice Source, int Records, AggregationCounts Aggregation, IReadOnlyList<DetectedAlert> Alerts, IReadOnlyList<DeadLetter> DeadLetters,
    OperatorState? Kept);
