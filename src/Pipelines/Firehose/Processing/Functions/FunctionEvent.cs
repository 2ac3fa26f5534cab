using System.Buffers;
using System.Text.Json;

namespace ActorStreams.Pipelines.Firehose.Processing.Functions;

/// <summary>What a function is told: Firehose's event for a data transformation.</summary>
internal static class FunctionEvent
{
    /// <summary>Of JSON around a record's data, beside its id.</summary>
    private const int RecordBytes = 100;

    /// <summary>Of JSON around the partition key, where a record's metadata is told.</summary>
    private const int MetadataBytes = 300;

    private const int HeadBytes = 1_024;

    /// <summary>The records, in order, in batches that a call can carry.</summary>
    public static IEnumerable<ArraySegment<DeliveryRecord>> Batches(DeliveryRecord[] records, FunctionOptions options)
    {
        var dataMax = (long)(options.BufferSizeInMBs * 1024 * 1024);
        var start = 0;
        long data = 0, payload = HeadBytes;
        for (var i = 0; i < records.Length; i++)
        {
            var length = records[i].Data.Length;
            // Base64, and an id that JSON may write with six characters for one.
            var encoded = ((length + 2L) / 3 * 4) + RecordBytes + (records[i].Id.Length * 6L);
            if (options.Event.MetadataOf(records[i]) is { } metadata) encoded += MetadataBytes + (metadata.PartitionKey.Length * 6L);
            if (i > start && (data + length > dataMax || payload + encoded > FunctionOptions.PayloadBytesMax))
            {
                yield return new ArraySegment<DeliveryRecord>(records, start, i - start);
                (start, data, payload) = (i, 0, HeadBytes);
            }
            data += length;
            payload += encoded;
        }
        if (start < records.Length) yield return new ArraySegment<DeliveryRecord>(records, start, records.Length - start);
    }

    public static ReadOnlyMemory<byte> Write(IReadOnlyList<DeliveryRecord> records, FunctionOptions options, Guid invocationId)
    {
        var output = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("invocationId", invocationId);
        json.WriteString("deliveryStreamArn", options.Event.DeliveryStreamArn);
        if (options.Event.SourceStreamArn is { } source) json.WriteString("sourceKinesisStreamArn", source);
        json.WriteString("region", options.Event.Region);
        json.WriteStartArray("records");
        foreach (var record in records)
        {
            json.WriteStartObject();
            json.WriteString("recordId", record.Id);
            json.WriteNumber("approximateArrivalTimestamp", record.ArrivedAt.ToUnixTimeMilliseconds());
            json.WriteBase64String("data", record.Data.Span);
            if (options.Event.MetadataOf(record) is { } metadata) WriteMetadata(json, record, metadata);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return output.WrittenMemory;
    }

    private static void WriteMetadata(Utf8JsonWriter json, DeliveryRecord record, SourceMetadata metadata)
    {
        json.WriteStartObject("kinesisRecordMetadata");
        json.WriteString("sequenceNumber", metadata.SequenceNumber);
        json.WriteNumber("subsequenceNumber", metadata.SubsequenceNumber);
        json.WriteString("partitionKey", metadata.PartitionKey);
        json.WriteString("shardId", metadata.ShardId);
        json.WriteNumber("approximateArrivalTimestamp", record.ArrivedAt.ToUnixTimeMilliseconds());
        json.WriteEndObject();
    }
}
