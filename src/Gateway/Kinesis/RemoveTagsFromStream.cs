using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>Tags that are not there count as removed.</summary>
internal sealed class RemoveTagsFromStream(IStreams streams, StreamChanger changer) : IApiAction
{
    private static readonly ImmutableArray<Member> Input = [Members.TagKeys, Members.StreamName, Members.StreamArn];

    public string Operation => "RemoveTagsFromStream";

    public async Task InvokeAsync(ApiCall call)
    {
        var input = call.Read(Input);
        var stream = StreamReference.Resolve(input, call);
        await streams.DescriptionAsync(stream, call);
        await changer.ChangeAsync(stream, new StreamChange.RemoveTags(null, TagRules.ReadKeys(input)), call);
        await call.AnswerEmptyAsync();
    }
}
