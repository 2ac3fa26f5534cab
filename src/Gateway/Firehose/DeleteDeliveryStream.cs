using System.Collections.Immutable;
using ActorStreams.Gateway.Kinesis;
using ActorStreams.Gateway.Wire;

namespace ActorStreams.Gateway.Firehose;

/// <summary>AllowForceDelete is about keys that the service can't reach, and makes no difference here.</summary>
internal sealed class DeleteDeliveryStream(DeliveryLookup lookup) : FirehoseAction("DeleteDeliveryStream")
{
    private static readonly ImmutableArray<Member> s_input = [DeliveryMembers.Name, new("AllowForceDelete", MemberType.Boolean)];

    public override async Task InvokeAsync(ApiCall call)
    {
        var id = new DeliveryStreamId(call.Region, call.Read(s_input).Text("DeliveryStreamName")!);
        await lookup.ChangeAsync(id, (deliveries, cancel) => deliveries.DeleteAsync(id, cancel), call);
        await call.AnswerAsync(_ => { });
    }
}
