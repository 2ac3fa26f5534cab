using ActorStreams.Shards.Client;

namespace ActorStreams.Gateway.Kinesis;

internal sealed class DescribeLimits(IStreams streams) : IApiAction
{
    public string Operation => "DescribeLimits";

    public async Task InvokeAsync(ApiCall call)
    {
        call.Read([]);
        if (await streams.DescribeRegionAsync(call.Region, call.Aborted) is not DescribeRegionResult.Found region)
            throw KinesisErrors.InternalFailure();
        await call.AnswerAsync(writer =>
        {
            writer.Number("ShardLimit", region.ShardLimit);
            writer.Number("OpenShardCount", region.OpenShards);
            writer.Number("OnDemandStreamCount", region.OnDemandStreams);
            writer.Number("OnDemandStreamCountLimit", KinesisLimits.OnDemandStreamsMax);
        });
    }
}
