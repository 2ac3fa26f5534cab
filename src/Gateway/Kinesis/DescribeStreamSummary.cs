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
        var id = StreamReference.Resolve(ShapeReader.Read(call.Body.Span, Input), call);
        var stream = await streams.DescriptionAsync(id, call);
        await JsonAnswer.WriteAsync(
            call.Response,
            call.ContentType,
            writer =>
            {
                writer.WriteStartObject("StreamDescriptionSummary");
                StreamJson.WriteCommon(writer, stream, call.AccountId);
                writer.WriteNumber("OpenShardCount", stream.OpenShards);
                writer.WriteNumber("ConsumerCount", 0);
                writer.WriteNumber("MaxRecordSizeInKiB", KinesisLimits.RecordBytesMax / 1024);
                writer.WriteEndObject();
            },
            call.Aborted);
    }
}
