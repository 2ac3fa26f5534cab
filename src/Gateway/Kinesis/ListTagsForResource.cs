using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;

namespace ActorStreams.Gateway.Kinesis;

internal sealed class ListTagsForResource(IStreams streams) : IKinesisAction
{
    private static readonly ImmutableArray<Member> Input = [Members.ResourceArn];

    public string Operation => "ListTagsForResource";

    public async Task InvokeAsync(KinesisCall call)
    {
        var resource = ResourceReference.Resolve(call.Read(Input).Text("ResourceARN")!, call);
        var stream = await streams.DescriptionAsync(resource.Stream, call);
        var tags = resource.Consumer is null ? stream.Configuration.Tags : resource.ConsumerOf(stream, call).Tags;
        await call.AnswerAsync(writer => TagRules.Write(writer, tags));
    }
}
