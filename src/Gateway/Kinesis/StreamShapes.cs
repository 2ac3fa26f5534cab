using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>Streams and shards as the descriptions of several actions show them.</summary>
internal static class StreamShapes
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
    public static void WriteCommon(AnswerWriter writer, StreamDescription stream, string account)
    {
        writer.String("StreamName", stream.Id.Name);
        writer.String("StreamARN", StreamReference.Arn(stream.Id, account));
        writer.String("StreamStatus", Status(stream.Status));
        WriteMode(writer, stream.Mode);
        writer.Number("RetentionPeriodHours", stream.RetentionHours);
        writer.Timestamp("StreamCreationTimestamp", stream.CreatedAt);
        writer.List("EnhancedMonitoring", [stream.Configuration.Metrics], (w, metrics) => w.Strings("ShardLevelMetrics", MonitoringChange.Names(metrics)));
        writer.String("EncryptionType", stream.Configuration.EncryptionKey is null ? "NONE" : "KMS");
        writer.String("KeyId", stream.Configuration.EncryptionKey);
    }

    public static void WriteSummary(AnswerWriter writer, StreamSummary stream, string region, string account)
    {
        writer.String("StreamName", stream.Name);
        writer.String("StreamARN", StreamReference.Arn(new StreamId(region, stream.Name), account));
        writer.String("StreamStatus", Status(stream.Status));
        WriteMode(writer, stream.Mode);
        writer.Timestamp("StreamCreationTimestamp", stream.CreatedAt);
    }

    public static void WriteShard(AnswerWriter writer, ShardDescription shard)
    {
        writer.String("ShardId", shard.Key.ShardId);
        if (shard.Parents.Length > 0) writer.String("ParentShardId", ShardIds.Format(shard.Parents[0]));
        if (shard.Parents.Length > 1) writer.String("AdjacentParentShardId", ShardIds.Format(shard.Parents[1]));
        WriteRange(writer, shard.Range);
        writer.StartObject("SequenceNumberRange");
        writer.String("StartingSequenceNumber", shard.StartingSequenceNumber.ToString());
        writer.String("EndingSequenceNumber", shard.EndingSequenceNumber?.ToString());
        writer.EndObject();
    }

    public static void WriteRange(AnswerWriter writer, HashKeyRange range)
    {
        writer.StartObject("HashKeyRange");
        writer.String("StartingHashKey", HashKeys.Format(range.Starting));
        writer.String("EndingHashKey", HashKeys.Format(range.Ending));
        writer.EndObject();
    }

    /// <summary>A shard counts for 1 MiB/s, so what was asked for is there once there are as many shards.</summary>
    public static void WriteWarmThroughput(AnswerWriter writer, StreamDescription stream)
    {
        var target = stream.Configuration.WarmThroughputMiBps;
        writer.StartObject("WarmThroughput");
        writer.Number("TargetMiBps", target);
        writer.Number("CurrentMiBps", Math.Min(target, stream.OpenShards));
        writer.EndObject();
    }

    private static void WriteMode(AnswerWriter writer, StreamMode mode)
    {
        writer.StartObject("StreamModeDetails");
        writer.String("StreamMode", Mode(mode));
        writer.EndObject();
    }
}
