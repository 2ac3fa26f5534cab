using System.Globalization;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Pipelines.Firehose.Processing;

/// <summary>What a transform is told of the delivery stream that asks it.</summary>
/// <param name="SourceStreamArn">Of the stream that it reads; null for Direct PUT, whose records have no metadata either.</param>
public sealed record TransformEvent(string DeliveryStreamArn, string Region, string? SourceStreamArn)
{
    public static TransformEvent Of(DeliveryDefinition definition) => new(
        definition.Arn, definition.Region,
        definition.IsDirectPut ? null : $"arn:aws:kinesis:{definition.Source.Region}:{DeliveryDefinition.Account}:stream/{definition.Source.Name}");

    /// <summary>Where the record stood in the stream; null for Direct PUT, and for what was kept without it by a former version.</summary>
    public SourceMetadata? MetadataOf(DeliveryRecord record) => SourceStreamArn is null ? null : SourceMetadata.Of(record);
}

/// <summary>The service's <c>kinesisRecordMetadata</c>.</summary>
/// <param name="SequenceNumber">As the Kinesis API gives it.</param>
/// <param name="SubsequenceNumber">Place among the user records of an aggregated record, from 0 on; 0 where it was not aggregated.</param>
public sealed record SourceMetadata(string SequenceNumber, int SubsequenceNumber, string PartitionKey, string ShardId)
{
    /// <summary>It all follows from the record's id, which is kept with what failed too.</summary>
    public static SourceMetadata? Of(DeliveryRecord record)
    {
        const int digits = Shards.Log.SequenceNumber.Digits;
        if (record.Key is null || record.Id.Length < digits || !Shards.Log.SequenceNumber.TryParse(record.Id.AsSpan(0, digits), out var number)) return null;
        var sub = 0;
        if (record.Id.Length > digits && !int.TryParse(record.Id.AsSpan(digits + 1), NumberStyles.None, CultureInfo.InvariantCulture, out sub)) return null;
        return new SourceMetadata(record.Id[..digits], sub, record.Key, ShardIds.Format(number.Shard));
    }
}
