using System.Collections.Immutable;
using ActorStreams.Gateway.Kinesis;
using ActorStreams.Gateway.Wire;

namespace ActorStreams.Gateway.Firehose;

internal sealed class ListTagsForDeliveryStream(DeliveryLookup lookup) : FirehoseAction("ListTagsForDeliveryStream")
{
    private static readonly ImmutableArray<Member> s_input =
    [
        DeliveryMembers.Name,
        new("ExclusiveStartTagKey", MemberType.String) { LengthMin = 1, LengthMax = 128, Pattern = DeliveryMembers.TagKey.Pattern },
        new("Limit", MemberType.Integer) { ValueMin = 1, ValueMax = FirehoseLimits.TagsMax },
    ];

    public override async Task InvokeAsync(ApiCall call)
    {
        var input = call.Read(s_input);
        var stream = await lookup.DescribeAsync(new(call.Region, input.Text("DeliveryStreamName")!), call);
        var start = input.Text("ExclusiveStartTagKey");
        var tags = stream.Tags.Where(t => start is null || string.CompareOrdinal(t.Key, start) > 0).OrderBy(t => t.Key, StringComparer.Ordinal).ToList();
        var limit = input.Integer("Limit") ?? FirehoseLimits.TagsMax;
        await call.AnswerAsync(writer =>
        {
            TagRules.Write(writer, tags.Take(limit));
            writer.Bool("HasMoreTags", tags.Count > limit);
        });
    }
}
