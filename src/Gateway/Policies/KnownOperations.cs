using System.Collections.Frozen;

namespace ActorStreams.Gateway.Policies;

/// <summary>
/// The operations that an action of a policy may name. One that names none is misspelt: what it was to deny would be open, and what it was to allow
/// shut, without a word.
/// </summary>
internal static class KnownOperations
{
    public static readonly FrozenSet<string> OfKinesis =
    [
        "AddTagsToStream", "CheckStream", "CreateChannel", "CreateStream", "DecreaseStreamRetentionPeriod", "DeleteChannel", "DeleteResourcePolicy", "DeleteStream",
        "DeregisterStreamConsumer", "DescribeAccountSettings", "DescribeChannel", "DescribeLimits", "DescribeStream", "DescribeStreamConsumer",
        "DescribeStreamSummary", "DisableEnhancedMonitoring", "EnableEnhancedMonitoring", "GetRecords", "GetResourcePolicy", "GetShardIterator",
        "IncreaseStreamRetentionPeriod", "ListChannels", "ListShards", "ListStreamConsumers", "ListStreams", "ListTagsForResource",
        "ListTagsForStream", "MergeShards", "PutRecord", "PutRecords", "PutResourcePolicy", "RegisterStreamConsumer", "RemoveTagsFromStream",
        "SplitShard", "StartStreamEncryption", "StopStreamEncryption", "SubscribeToShard", "TagResource", "UntagResource", "UpdateAccountSettings",
        "UpdateChannel", "UpdateMaxRecordSize", "UpdateShardCount", "UpdateStreamMode", "UpdateStreamRecordDistributionStrategy",
        "UpdateStreamWarmThroughput",
    ];

    public static readonly FrozenSet<string> OfFirehose =
    [
        "CheckDeliveryStream", "CreateDeliveryStream", "DeleteDeliveryStream", "DescribeDeliveryStream", "ListDeliveryStreams", "ListTagsForDeliveryStream", "PutRecord",
        "PutRecordBatch", "StartDeliveryStreamEncryption", "StopDeliveryStreamEncryption", "TagDeliveryStream", "UntagDeliveryStream",
        "UpdateDestination",
    ];
}
