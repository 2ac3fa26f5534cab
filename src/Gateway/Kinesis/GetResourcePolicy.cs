using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;

namespace ActorStreams.Gateway.Kinesis;

internal sealed class GetResourcePolicy(IStreams streams) : IApiAction
{
    private static readonly ImmutableArray<Member> Input = [Members.ResourceArn];

    public string Operation => "GetResourcePolicy";

    public async Task InvokeAsync(ApiCall call)
    {
        var (_, stream, consumer) = await streams.ResourceAsync(call.Read(Input), call);
        var policy = consumer is null ? stream.Configuration.Policy : consumer.Policy;
        // The service answers so where there is none (observed).
        await call.AnswerAsync(writer => writer.String("Policy", policy ?? "{}"));
    }
}
