using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>Tags a stream or a consumer; the tags of a stream are those of AddTagsToStream too.</summary>
internal sealed class TagResource(IStreams streams, StreamChanger changer) : IApiAction
{
    private static readonly ImmutableArray<Member> Input = [Members.Tags with { IsRequired = true }, Members.ResourceArn];

    public string Operation => "TagResource";

    public async Task InvokeAsync(ApiCall call)
    {
        var input = call.Read(Input);
        var (resource, _, _) = await streams.ResourceAsync(input, call);
        await changer.ChangeAsync(resource.Stream, new StreamChange.AddTags(resource.Consumer, TagRules.Read(input)), call);
        await call.AnswerEmptyAsync();
    }
}
