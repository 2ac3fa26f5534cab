using System.Collections.Immutable;

namespace ActorStreams.Shards.Streams;

/// <summary>Metrics that enhanced monitoring gives for each shard, under Kinesis's names.</summary>
[Flags]
public enum ShardLevelMetrics
{
    None = 0,
    IncomingBytes = 1,
    IncomingRecords = 2,
    OutgoingBytes = 4,
    OutgoingRecords = 8,
    WriteProvisionedThroughputExceeded = 16,
    ReadProvisionedThroughputExceeded = 32,
    IteratorAgeMilliseconds = 64,
    All = 127,
}

/// <summary>What a stream was told to be. Changed as a whole, one event each.</summary>
/// <param name="MaxRecordSizeKiB">Data and partition key of one record, 1,024 to 10,240 KiB.</param>
/// <param name="WarmThroughputMiBps">Write throughput that was asked to be ready, MiB/s; 0 when none was.</param>
/// <param name="EncryptionKey">The KeyId of the key that new records are encrypted with, as the user said it; null for none.</param>
/// <param name="Tags">In ordinal order of their keys.</param>
/// <param name="Policy">The resource policy, a JSON document as it was given; null for none.</param>
public sealed record StreamConfiguration(
    StreamMode Mode,
    int RetentionHours,
    int MaxRecordSizeKiB,
    int WarmThroughputMiBps,
    string? EncryptionKey,
    ShardLevelMetrics Metrics,
    ImmutableSortedDictionary<string, string> Tags,
    string? Policy)
{
    public const int RetentionHoursDefault = 24;
    public const int MaxRecordSizeKiBDefault = 1024;

    public static ImmutableSortedDictionary<string, string> NoTags { get; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    public static StreamConfiguration Provisioned { get; } = Plain(StreamMode.Provisioned);

    public static StreamConfiguration OnDemand { get; } = Plain(StreamMode.OnDemand);

    /// <summary>As a stream is created when nothing else is asked for.</summary>
    public static StreamConfiguration Plain(StreamMode mode, int retentionHours = RetentionHoursDefault) =>
        new(mode, retentionHours, MaxRecordSizeKiBDefault, 0, null, ShardLevelMetrics.None, NoTags, null);

    /// <summary>Whether mode and retention say it all.</summary>
    public bool IsPlain => this is
    { MaxRecordSizeKiB: MaxRecordSizeKiBDefault, WarmThroughputMiBps: 0, EncryptionKey: null, Metrics: ShardLevelMetrics.None, Policy: null, Tags.IsEmpty: true };
}

/// <summary>A consumer that may subscribe to the stream's shards.</summary>
/// <param name="CreatedAtMs">Its second is part of the consumer's ARN, so a namesake registered later is another one.</param>
public sealed record FanOutConsumer(string Name, long CreatedAtMs, ImmutableSortedDictionary<string, string> Tags, string? Policy);
