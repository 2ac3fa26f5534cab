using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

internal sealed class AddTagsToStream(IStreams streams, StreamChanger changer) : IApiAction
{
    private static readonly ImmutableArray<Member> Input =
        [Members.Tags with { IsRequired = true }, Members.StreamName, Members.StreamArn];

    public string Operation => "AddTagsToStream";

    public async Task InvokeAsync(ApiCall call)
    {
        var input = call.Read(Input);
        var stream = StreamReference.Resolve(input, call);
        await streams.DescriptionAsync(stream, call);
        await changer.ChangeAsync(stream, new StreamChange.AddTags(null, TagRules.Read(input)), call);
        await call.AnswerEmptyAsync();
    }
}
