using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;

namespace ActorStreams.Gateway.Kinesis;

internal sealed class DescribeStreamSummary(IStreams streams) : IKinesisAction
{
    private static readonly ImmutableArray<Member> Input = [Members.StreamName, Members.StreamArn];

    public string Operation => "DescribeStreamSummary";

    public async Task InvokeAsync(KinesisCall call)
    {
        var id = StreamReference.Resolve(call.Read(Input), call);
        var stream = await streams.DescriptionAsync(id, call);
        await call.AnswerAsync(answer => answer.Object("StreamDescriptionSummary", writer =>
        {
            StreamShapes.WriteCommon(writer, stream, call.AccountId);
            writer.Number("OpenShardCount", stream.OpenShards);
            writer.Number("ConsumerCount", 0);
            writer.Number("MaxRecordSizeInKiB", KinesisLimits.RecordBytesMax / 1024);
        }));
    }
}
