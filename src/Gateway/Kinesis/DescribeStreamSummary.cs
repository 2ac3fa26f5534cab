using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

internal sealed class DescribeStreamSummary(IStreams streams) : IApiAction
{
    private static readonly ImmutableArray<Member> Input = [Members.StreamName, Members.StreamArn];

    public string Operation => "DescribeStreamSummary";

    public async Task InvokeAsync(ApiCall call)
    {
        var id = StreamReference.Resolve(call.Read(Input), call);
        var stream = await streams.DescriptionAsync(id, call);
        await call.AnswerAsync(answer => answer.Object("StreamDescriptionSummary", writer =>
        {
            StreamShapes.WriteCommon(writer, stream, call.AccountId);
            writer.Number("OpenShardCount", stream.OpenShards);
            writer.Number("ConsumerCount", stream.Consumers.Length);
            if (stream.Configuration.WarmThroughputMiBps > 0) StreamShapes.WriteWarmThroughput(writer, stream);
            writer.Number("MaxRecordSizeInKiB", stream.Configuration.MaxRecordSizeKiB);
            // Newer than most clients; for on-demand streams alone, as the service has it.
            if (stream.Mode == StreamMode.OnDemand) writer.String("RecordDistributionStrategy", "USER_PARTITION_KEY");
        }));
    }
}
