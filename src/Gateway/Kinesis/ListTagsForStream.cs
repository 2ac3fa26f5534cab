using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;

namespace ActorStreams.Gateway.Kinesis;

internal sealed class ListTagsForStream(IStreams streams) : IApiAction
{
    private static readonly ImmutableArray<Member> Input =
    [
        new("Limit", MemberType.Integer) { ValueMin = 1, ValueMax = 50 },
        new("ExclusiveStartTagKey", MemberType.String) { LengthMin = 1, LengthMax = 128 },
        Members.StreamName,
        Members.StreamArn,
    ];

    public string Operation => "ListTagsForStream";

    public async Task InvokeAsync(ApiCall call)
    {
        var input = call.Read(Input);
        var stream = await streams.DescriptionAsync(StreamReference.Resolve(input, call), call);
        var start = input.Text("ExclusiveStartTagKey");
        var tags = stream.Configuration.Tags.Where(t => start is null || string.CompareOrdinal(t.Key, start) > 0).ToList();
        var limit = input.Integer("Limit") ?? tags.Count;
        await call.AnswerAsync(writer =>
        {
            TagRules.Write(writer, tags.Take(limit));
            writer.Bool("HasMoreTags", tags.Count > limit);
        });
    }
}
