using System.Collections.Immutable;
using ActorStreams.Gateway.Kinesis;
using ActorStreams.Gateway.Wire;

namespace ActorStreams.Gateway.Firehose;

internal sealed class ListDeliveryStreams(IDeliveryStreams deliveries) : FirehoseAction("ListDeliveryStreams")
{
    private static readonly ImmutableArray<Member> s_input =
    [
        new("Limit", MemberType.Integer) { ValueMin = 1, ValueMax = 10_000 },
        DeliveryMembers.StreamType,
        DeliveryMembers.Named("ExclusiveStartDeliveryStreamName"),
    ];

    public override async Task InvokeAsync(ApiCall call)
    {
        var input = call.Read(s_input);
        DeliverySource? type = input.Text("DeliveryStreamType") switch
        {
            "DirectPut" => DeliverySource.DirectPut,
            "KinesisStreamAsSource" => DeliverySource.KinesisStreamAsSource,
            _ => null,
        };
        // There are none of the other types.
        var page = type is null && input.Text("DeliveryStreamType") is not null
            ? new DeliveryNames([], HasMore: false)
            : await deliveries.ListAsync(
                call.Region, type, input.Text("ExclusiveStartDeliveryStreamName"), input.Integer("Limit") ?? FirehoseLimits.ListDefault, call.Aborted);
        await call.AnswerAsync(writer =>
        {
            writer.Strings("DeliveryStreamNames", page.Names);
            writer.Bool("HasMoreDeliveryStreams", page.HasMore);
        });
    }
}
