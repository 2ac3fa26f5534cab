using System.Buffers;
using System.Text.Json;
using ActorStreams.Pipelines.Anomaly;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Pipelines.Sinks;

/// <summary>What could not be processed, whole, with what was wrong, so that it can be looked at and put again.</summary>
/// <param name="Ordinal">Its place among what came of one source record.</param>
/// <param name="Attempts">Tries that were made; 1 where a repeat could not have helped.</param>
public sealed record DeadLetter(
    SequenceNumber SequenceNumber,
    int Ordinal,
    string PartitionKey,
    DateTimeOffset ArrivedAt,
    ReadOnlyMemory<byte> Data,
    string Error,
    int Attempts,
    int? SubSequenceNumber = null)
{
    /// <summary>
    /// Larger payloads are cut, and say so, so that base64 (4/3) and the fields around it stay below the 1 MiB of a record: 700 KiB * 4/3
    /// is 933 KiB. The source record is still there under its sequence number.
    /// </summary>
    public const int DataBytesMax = 700 * 1024;

    /// <summary>
    /// <c>{application, sourceStream, shardId, sequenceNumber, partitionKey, arrivalTime, error, attempts, data}</c>, and <c>subSequenceNumber</c>
    /// for a user record of an aggregated one.
    /// </summary>
    public byte[] ToJson(string application, string sourceStream)
    {
        var isCut = Data.Length > DataBytesMax;
        var buffer = new ArrayBufferWriter<byte>(512);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        writer.WriteString("application"u8, application);
        writer.WriteString("sourceStream"u8, sourceStream);
        writer.WriteString("shardId"u8, ShardIds.Format(SequenceNumber.Shard));
        writer.WriteString("sequenceNumber"u8, SequenceNumber.ToString());
        if (SubSequenceNumber is { } sub) writer.WriteNumber("subSequenceNumber"u8, sub);
        writer.WriteString("partitionKey"u8, PartitionKey);
        writer.WriteString("arrivalTime"u8, JsonTime.Format(ArrivedAt));
        writer.WriteString("error"u8, Error);
        writer.WriteNumber("attempts"u8, Attempts);
        writer.WriteBase64String("data"u8, Data.Span[..(isCut ? DataBytesMax : Data.Length)]);
        if (isCut) writer.WriteNumber("dataCutFromBytes"u8, Data.Length);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
