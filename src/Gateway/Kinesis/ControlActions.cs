using ActorStreams.Shards.Client;
using ActorStreams.Shards.Encryption;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>The actions that configure streams, their shards and their consumers.</summary>
internal static class ControlActions
{
    public static IEnumerable<IApiAction> All(IStreams streams, StreamChanger changer, PageTokens tokens, EncryptionKeys keys)
    {
        var retention = new RetentionChange(streams, changer);
        var monitoring = new MonitoringChange(changer);
        return
        [
            new CheckStream(streams, keys),
            new AddTagsToStream(streams, changer),
            new RemoveTagsFromStream(streams, changer),
            new ListTagsForStream(streams),
            new TagResource(streams, changer),
            new UntagResource(streams, changer),
            new ListTagsForResource(streams),
            new IncreaseStreamRetentionPeriod(retention),
            new DecreaseStreamRetentionPeriod(retention),
            new EnableEnhancedMonitoring(monitoring),
            new DisableEnhancedMonitoring(monitoring),
            new SplitShard(streams, changer),
            new MergeShards(changer),
            new UpdateShardCount(streams, changer),
            new UpdateStreamMode(streams, changer),
            new UpdateMaxRecordSize(changer),
            new UpdateStreamWarmThroughput(streams, changer),
            new UpdateStreamRecordDistributionStrategy(streams),
            new StartStreamEncryption(streams, changer, keys),
            new StopStreamEncryption(streams, changer),
            new RegisterStreamConsumer(streams, changer),
            new DescribeStreamConsumer(streams),
            new DeregisterStreamConsumer(streams, changer),
            new ListStreamConsumers(streams, tokens),
            new PutResourcePolicy(streams, changer),
            new GetResourcePolicy(streams),
            new DeleteResourcePolicy(streams, changer),
            new DescribeLimits(streams),
            new DescribeAccountSettings(),
            new UpdateAccountSettings(),
            new CreateChannel(),
            new DeleteChannel(),
            new DescribeChannel(),
            new ListChannels(),
            new UpdateChannel(),
        ];
    }
}
