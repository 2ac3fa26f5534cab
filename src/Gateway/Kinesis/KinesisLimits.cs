namespace ActorStreams.Gateway.Kinesis;

/// <summary>Limits of the Kinesis API, each with where it comes from.</summary>
internal static class KinesisLimits
{
    /// <summary>PutRecords: entries of one request (API model).</summary>
    public const int PutRecordsEntriesMax = 500;

    /// <summary>PutRecords: data and partition keys of one request together (quota).</summary>
    public const int PutRecordsBytesMax = 10 * 1024 * 1024;

    /// <summary>PutRecord, PutRecords: data of one record as the API model allows it; what a stream takes may be less.</summary>
    public const int DataBytesMax = 10 * 1024 * 1024;

    /// <summary>Characters of a partition key (API model).</summary>
    public const int PartitionKeyCharactersMax = 256;

    /// <summary>GetRecords: records and bytes of one answer (quota).</summary>
    public const int GetRecordsMax = 10_000;
    public const int GetRecordsBytesMax = 10 * 1024 * 1024;

    /// <summary>A list request may ask for 10,000 items; so many are given at most (quotas).</summary>
    public const int DescribeStreamShardsMax = 100;
    public const int ListShardsPageMax = 1_000;
    public const int ListStreamsPageMax = 100;
    public const int ListStreamConsumersPageMax = 100;

    /// <summary>CreateStream: shards of an on-demand stream at first (service documentation).</summary>
    public const int OnDemandShards = 4;

    /// <summary>DescribeLimits: on-demand streams of an account and region (quota); told, not held to.</summary>
    public const int OnDemandStreamsMax = 50;

    /// <summary>CreateStream, UpdateStreamMode, UpdateStreamWarmThroughput: 10 GiB/s (service documentation).</summary>
    public const int WarmThroughputMiBpsMax = 10 * 1024;

    /// <summary>UpdateShardCount: shards to scale to (quota).</summary>
    public const int UpdateShardCountMax = 10_000;

    /// <summary>IncreaseStreamRetentionPeriod, DecreaseStreamRetentionPeriod: hours (quota).</summary>
    public const int RetentionHoursMin = 24;
    public const int RetentionHoursMax = 8760;

    /// <summary>Shard iterators and pagination tokens are good for so long (service documentation).</summary>
    public static readonly TimeSpan TokenLifetime = TimeSpan.FromSeconds(300);

    /// <summary>No validation error names more violations than this (observed).</summary>
    public const int ViolationsMax = 10;
}
