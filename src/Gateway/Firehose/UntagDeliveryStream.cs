using System.Collections.Immutable;
using ActorStreams.Gateway.Kinesis;
using ActorStreams.Gateway.Wire;

namespace ActorStreams.Gateway.Firehose;

internal sealed class UntagDeliveryStream(DeliveryLookup lookup) : FirehoseAction("UntagDeliveryStream")
{
    private static readonly ImmutableArray<Member> s_input =
    [
        DeliveryMembers.Name,
        new("TagKeys", MemberType.StringList) { IsRequired = true, LengthMin = 1, LengthMax = FirehoseLimits.TagsMax, Items = DeliveryMembers.TagKey },
    ];

    public override async Task InvokeAsync(ApiCall call)
    {
        var input = call.Read(s_input);
        var id = new DeliveryStreamId(call.Region, input.Text("DeliveryStreamName")!);
        await lookup.ChangeAsync(
            id,
            (deliveries, cancel) => deliveries.TagAsync(id, ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal), [.. input.Texts("TagKeys")!], cancel),
            call);
        await call.AnswerAsync(_ => { });
    }
}
