using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;

namespace ActorStreams.Gateway.Kinesis;

internal sealed class DescribeStreamConsumer(IStreams streams) : IApiAction
{
    internal static readonly ImmutableArray<Member> Input = [Members.ConsumerArn, Members.Name("ConsumerName"), Members.StreamArn];

    public string Operation => "DescribeStreamConsumer";

    public async Task InvokeAsync(ApiCall call)
    {
        var (stream, consumer) = await streams.ConsumerAsync(call.Read(Input), call);
        await call.AnswerAsync(answer => answer.Object("ConsumerDescription", writer =>
        {
            ConsumerShapes.Write(writer, stream.Id, consumer, ConsumerShapes.Active, call.AccountId);
            writer.String("StreamARN", StreamReference.Arn(stream.Id, call.AccountId));
        }));
    }
}
