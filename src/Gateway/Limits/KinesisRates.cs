using System.Collections.Frozen;

namespace ActorStreams.Gateway.Limits;

/// <summary>The rates of the Kinesis API (published quotas). Sizes and counts that always hold are in KinesisLimits.</summary>
internal static class KinesisRates
{
    /// <summary>PutRecord, PutRecords: data and partition keys of a shard, and its records.</summary>
    public const long PutBytesPerSecond = 1024 * 1024;
    public const long PutRecordsPerSecond = 1_000;

    /// <summary>GetRecords: bytes of a shard over all readers, and calls.</summary>
    public const long GetBytesPerSecond = 2 * 1024 * 1024;
    public const long GetRecordsCallsPerSecond = 5;

    /// <summary>GetShardIterator: calls for a shard.</summary>
    public const long IteratorsPerSecond = 5;

    /// <summary>SubscribeToShard: bytes to one consumer of one shard, and calls for the two.</summary>
    public const long SubscriptionBytesPerSecond = 2 * 1024 * 1024;
    public const long SubscriptionsPerSecond = 1;

    /// <summary>ListShards: calls for a stream.</summary>
    public const long ListShardsPerSecond = 1_000;

    /// <summary>
    /// Calls a second of an account in a region, by operation. Those that have a rate for each shard or stream above, and the puts and
    /// gets, are not among them.
    /// </summary>
    public static readonly FrozenDictionary<string, long> CallsPerSecond = new Dictionary<string, long>
    {
        ["AddTagsToStream"] = 5,
        ["CreateChannel"] = 5,
        ["CreateStream"] = 5,
        ["DecreaseStreamRetentionPeriod"] = 5,
        ["DeleteChannel"] = 5,
        ["DeleteResourcePolicy"] = 5,
        ["DeleteStream"] = 5,
        ["DeregisterStreamConsumer"] = 5,
        ["DescribeAccountSettings"] = 5,
        ["DescribeChannel"] = 5,
        ["DescribeLimits"] = 1,
        ["DescribeStream"] = 10,
        ["DescribeStreamConsumer"] = 20,
        ["DescribeStreamSummary"] = 20,
        ["DisableEnhancedMonitoring"] = 5,
        ["EnableEnhancedMonitoring"] = 5,
        ["GetResourcePolicy"] = 5,
        ["IncreaseStreamRetentionPeriod"] = 5,
        ["ListChannels"] = 5,
        ["ListStreamConsumers"] = 5,
        ["ListStreams"] = 5,
        ["ListTagsForResource"] = 5,
        ["ListTagsForStream"] = 5,
        ["MergeShards"] = 5,
        ["PutResourcePolicy"] = 5,
        ["RegisterStreamConsumer"] = 5,
        ["RemoveTagsFromStream"] = 5,
        ["SplitShard"] = 5,
        ["StartStreamEncryption"] = 5,
        ["StopStreamEncryption"] = 5,
        ["TagResource"] = 5,
        ["UntagResource"] = 5,
        ["UpdateAccountSettings"] = 5,
        ["UpdateChannel"] = 5,
        ["UpdateMaxRecordSize"] = 5,
        ["UpdateShardCount"] = 10,
        ["UpdateStreamMode"] = 5,
        ["UpdateStreamRecordDistributionStrategy"] = 5,
        ["UpdateStreamWarmThroughput"] = 5,
    }.ToFrozenDictionary();
}
