using System.Text.Json;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>Streams and shards as the descriptions of several actions show them.</summary>
internal static class StreamJson
{
    public static string Status(StreamStatus status) => status switch
    {
        StreamStatus.Creating => "CREATING",
        StreamStatus.Active => "ACTIVE",
        StreamStatus.Updating => "UPDATING",
        StreamStatus.Deleting => "DELETING",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "Not a status of a stream."),
    };

    public static string Mode(StreamMode mode) => mode switch
    {
        StreamMode.Provisioned => "PROVISIONED",
        StreamMode.OnDemand => "ON_DEMAND",
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "Not a mode of a stream."),
    };

    /// <summary>The members that DescribeStream and DescribeStreamSummary share.</summary>
    public static void WriteCommon(Utf8JsonWriter writer, StreamDescription stream, string account)
    {
        writer.WriteString("StreamName", stream.Id.Name);
        writer.WriteString("StreamARN", StreamReference.Arn(stream.Id, account));
        writer.WriteString("StreamStatus", Status(stream.Status));
        WriteMode(writer, stream.Mode);
        writer.WriteNumber("RetentionPeriodHours", stream.RetentionHours);
        writer.WriteTimestamp("StreamCreationTimestamp", stream.CreatedAt);
        writer.WriteStartArray("EnhancedMonitoring");
        writer.WriteStartObject();
        writer.WriteStartArray("ShardLevelMetrics");
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteString("EncryptionType", "NONE");
    }

    public static void WriteSummary(Utf8JsonWriter writer, StreamSummary stream, string region, string account)
    {
        writer.WriteStartObject();
        writer.WriteString("StreamName", stream.Name);
        writer.WriteString("StreamARN", StreamReference.Arn(new StreamId(region, stream.Name), account));
        writer.WriteString("StreamStatus", Status(stream.Status));
        WriteMode(writer, stream.Mode);
        writer.WriteTimestamp("StreamCreationTimestamp", stream.CreatedAt);
        writer.WriteEndObject();
    }

    public static void WriteShard(Utf8JsonWriter writer, ShardDescription shard)
    {
        writer.WriteStartObject();
        writer.WriteString("ShardId", shard.Key.ShardId);
        if (shard.Parents.Length > 0) writer.WriteString("ParentShardId", ShardIds.Format(shard.Parents[0]));
        if (shard.Parents.Length > 1) writer.WriteString("AdjacentParentShardId", ShardIds.Format(shard.Parents[1]));
        WriteRange(writer, shard.Range);
        writer.WriteStartObject("SequenceNumberRange");
        writer.WriteString("StartingSequenceNumber", shard.StartingSequenceNumber.ToString());
        if (shard.EndingSequenceNumber is { } ending) writer.WriteString("EndingSequenceNumber", ending.ToString());
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    public static void WriteRange(Utf8JsonWriter writer, HashKeyRange range)
    {
        writer.WriteStartObject("HashKeyRange");
        writer.WriteString("StartingHashKey", HashKeys.Format(range.Starting));
        writer.WriteString("EndingHashKey", HashKeys.Format(range.Ending));
        writer.WriteEndObject();
    }

    private static void WriteMode(Utf8JsonWriter writer, StreamMode mode)
    {
        writer.WriteStartObject("StreamModeDetails");
        writer.WriteString("StreamMode", Mode(mode));
        writer.WriteEndObject();
    }
}
