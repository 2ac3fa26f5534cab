using System.Collections.Immutable;
using ActorStreams.Gateway.Kinesis;
using ActorStreams.Gateway.Wire;

namespace ActorStreams.Gateway.Firehose;

/// <summary>What is put from now on is not sealed; what was stays so.</summary>
internal sealed class StopDeliveryStreamEncryption(DeliveryLookup lookup) : FirehoseAction("StopDeliveryStreamEncryption")
{
    private static readonly ImmutableArray<Member> s_input = [DeliveryMembers.Name];

    public override async Task InvokeAsync(ApiCall call)
    {
        var id = new DeliveryStreamId(call.Region, call.Read(s_input).Text("DeliveryStreamName")!);
        if ((await lookup.DescribeAsync(id, call)).Source != DeliverySource.DirectPut) throw FirehoseErrors.OfKinesisSource();
        await lookup.ChangeAsync(id, (deliveries, cancel) => deliveries.EncryptAsync(id, keyId: null, cancel), call);
        await call.AnswerAsync(_ => { });
    }
}
