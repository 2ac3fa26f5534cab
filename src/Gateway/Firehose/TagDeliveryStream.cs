using System.Collections.Immutable;
using System.Globalization;
using ActorStreams.Gateway.Kinesis;
using ActorStreams.Gateway.Wire;

namespace ActorStreams.Gateway.Firehose;

internal sealed class TagDeliveryStream(DeliveryLookup lookup) : FirehoseAction("TagDeliveryStream")
{
    private static readonly ImmutableArray<Member> s_input = [DeliveryMembers.Name, DeliveryMembers.Tags with { IsRequired = true }];

    public override async Task InvokeAsync(ApiCall call)
    {
        var input = call.Read(s_input);
        var id = new DeliveryStreamId(call.Region, input.Text("DeliveryStreamName")!);
        var tags = DeliveryMembers.ReadTags(input);
        var present = await lookup.DescribeAsync(id, call);
        if (present.Tags.SetItems(tags).Count > FirehoseLimits.TagsMax)
        {
            throw KinesisErrors.LimitExceeded(string.Create(
                CultureInfo.InvariantCulture,
                $"Firehose {id.Name} under account {call.AccountId} would have more than {FirehoseLimits.TagsMax} tags, as many as it may have."));
        }
        await lookup.ChangeAsync(id, (deliveries, cancel) => deliveries.TagAsync(id, tags, [], cancel), call);
        await call.AnswerAsync(_ => { });
    }
}
