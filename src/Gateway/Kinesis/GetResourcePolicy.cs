using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;

namespace ActorStreams.Gateway.Kinesis;

internal sealed class GetResourcePolicy(IStreams streams) : IKinesisAction
{
    private static readonly ImmutableArray<Member> Input = [Members.ResourceArn];

    public string Operation => "GetResourcePolicy";

    public async Task InvokeAsync(KinesisCall call)
    {
        var resource = ResourceReference.Resolve(call.Read(Input).Text("ResourceARN")!, call);
        var stream = await streams.DescriptionAsync(resource.Stream, call);
        var policy = resource.Consumer is null ? stream.Configuration.Policy : resource.ConsumerOf(stream, call).Policy;
        // The service answers so where there is none (observed).
        await call.AnswerAsync(writer => writer.String("Policy", policy ?? "{}"));
    }
}
