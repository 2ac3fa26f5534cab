using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;

namespace ActorStreams.Gateway.Kinesis;

internal sealed class ListTagsForResource(IStreams streams) : IApiAction
{
    private static readonly ImmutableArray<Member> Input = [Members.ResourceArn];

    public string Operation => "ListTagsForResource";

    public async Task InvokeAsync(ApiCall call)
    {
        var (_, stream, consumer) = await streams.ResourceAsync(call.Read(Input), call);
        var tags = consumer is null ? stream.Configuration.Tags : consumer.Tags;
        await call.AnswerAsync(writer => TagRules.Write(writer, tags));
    }
}
