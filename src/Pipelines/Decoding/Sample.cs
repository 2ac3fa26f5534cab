using ActorStreams.Shards.Log;

namespace ActorStreams.Pipelines.Decoding;

/// <summary>One number of one key, as taken from a source record.</summary>
/// <param name="HashKey">The source record's hash key: its explicit one or that of its partition key.</param>
/// <param name="SubSequenceNumber">Place among the user records of one aggregated record, from 0 on; null where the record was not aggregated.</param>
public readonly record struct Sample(
    SequenceNumber SequenceNumber, string Key, UInt128 HashKey, double Value, DateTimeOffset Time, DateTimeOffset ArrivedAt, int? SubSequenceNumber = null);

/// <summary>A source record that no stage can work on, and why.</summary>
public sealed record UndecodableRecord(
    SequenceNumber SequenceNumber, string PartitionKey, DateTimeOffset ArrivedAt, ReadOnlyMemory<byte> Data, string Error, int? SubSequenceNumber = null);
