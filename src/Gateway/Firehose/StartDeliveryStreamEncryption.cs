using System.Collections.Immutable;
using ActorStreams.Gateway.Kinesis;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Encryption;

namespace ActorStreams.Gateway.Firehose;

/// <summary>Seals what is put from now on with a key of this installation.</summary>
/// <param name="keys">Of this node; the nodes that keep what is put must have the key too.</param>
internal sealed class StartDeliveryStreamEncryption(DeliveryLookup lookup, EncryptionKeys keys) : FirehoseAction("StartDeliveryStreamEncryption")
{
    private static readonly ImmutableArray<Member> s_input = [DeliveryMembers.Name, DeliveryMembers.Encryption];

    public override async Task InvokeAsync(ApiCall call)
    {
        var input = call.Read(s_input);
        var id = new DeliveryStreamId(call.Region, input.Text("DeliveryStreamName")!);
        var present = await lookup.DescribeAsync(id, call);
        if (present.Source != DeliverySource.DirectPut) throw FirehoseErrors.OfKinesisSource();
        var key = DeliveryEncryption.Read(input.Structure("DeliveryStreamEncryptionConfigurationInput"), keys);
        await lookup.ChangeAsync(id, (deliveries, cancel) => deliveries.EncryptAsync(id, key, cancel), call);
        await call.AnswerAsync(_ => { });
    }
}
