using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

internal sealed class UntagResource(IStreams streams, StreamChanger changer) : IApiAction
{
    private static readonly ImmutableArray<Member> Input = [Members.TagKeys, Members.ResourceArn];

    public string Operation => "UntagResource";

    public async Task InvokeAsync(ApiCall call)
    {
        var input = call.Read(Input);
        var (resource, _, _) = await streams.ResourceAsync(input, call);
        await changer.ChangeAsync(resource.Stream, new StreamChange.RemoveTags(resource.Consumer, TagRules.ReadKeys(input)), call);
        await call.AnswerEmptyAsync();
    }
}
