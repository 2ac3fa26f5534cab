using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

internal sealed class DeleteResourcePolicy(IStreams streams, StreamChanger changer) : IApiAction
{
    private static readonly ImmutableArray<Member> Input = [Members.ResourceArn];

    public string Operation => "DeleteResourcePolicy";

    public async Task InvokeAsync(ApiCall call)
    {
        var (resource, _, _) = await streams.ResourceAsync(call.Read(Input), call);
        await changer.ChangeAsync(resource.Stream, new StreamChange.SetPolicy(resource.Consumer, null), call);
        await call.AnswerEmptyAsync();
    }
}
