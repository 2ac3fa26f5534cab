using System.Collections.Immutable;
using ActorStreams.Gateway.Kinesis;
using ActorStreams.Gateway.Wire;

namespace ActorStreams.Gateway.Firehose;

internal sealed class DescribeDeliveryStream(DeliveryLookup lookup) : FirehoseAction("DescribeDeliveryStream")
{
    private static readonly ImmutableArray<Member> s_input =
    [
        DeliveryMembers.Name,
        new("Limit", MemberType.Integer) { ValueMin = 1, ValueMax = 10_000 },
        new("ExclusiveStartDestinationId", MemberType.String) { LengthMin = 1, LengthMax = 100, Pattern = UpdateDestination.IdPattern },
    ];

    public override async Task InvokeAsync(ApiCall call)
    {
        var input = call.Read(s_input);
        var stream = await lookup.DescribeAsync(new(call.Region, input.Text("DeliveryStreamName")!), call);
        var start = input.Text("ExclusiveStartDestinationId");
        var withDestination = start is null || string.CompareOrdinal(DeliveryDescription.DestinationId, start) > 0;
        await call.AnswerAsync(writer => writer.Object(
            "DeliveryStreamDescription", w => DeliveryDescription.Write(w, stream, call.AccountId, withDestination)));
    }
}
