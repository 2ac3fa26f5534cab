using ActorStreams.Pipelines.Firehose;
using ActorStreams.Pipelines.Serialization.Proto;
using ActorStreams.Shards.Serialization;
using static ActorStreams.Pipelines.Firehose.DeliveryProtocol;

namespace ActorStreams.Pipelines.Serialization;

/// <summary>What the coordinator is asked about delivery streams, and its answers.</summary>
internal static class DeliveryMessages
{
    public static ManifestTable.Builder AddTo(ManifestTable.Builder table) => table
        .Add(Manifests.AddDelivery,
            (AddDelivery m) => new AddDeliveryMessage { Definition = m.Definition.ToProto() },
            AddDeliveryMessage.Parser, v => new AddDelivery(Delivery(v.Definition)))
        .Add(Manifests.ReplaceDelivery,
            (ReplaceDelivery m) => new ReplaceDeliveryMessage { Definition = m.Definition.ToProto(), Before = m.Before.ToProto() },
            ReplaceDeliveryMessage.Parser, v => new ReplaceDelivery(Delivery(v.Definition), Delivery(v.Before)))
        .Add(Manifests.RemoveDelivery,
            (RemoveDelivery m) => new RemoveDeliveryMessage { Region = m.Region, Stream = m.Stream },
            RemoveDeliveryMessage.Parser, v => new RemoveDelivery(v.Region, v.Stream))
        .Add(Manifests.GetDelivery,
            (GetDelivery m) => new GetDeliveryMessage { Region = m.Region, Stream = m.Stream },
            GetDeliveryMessage.Parser, v => new GetDelivery(v.Region, v.Stream))
        .Add(Manifests.ListDeliveries,
            (ListDeliveries m) => new ListDeliveriesMessage { Region = m.Region }, ListDeliveriesMessage.Parser, v => new ListDeliveries(v.Region))
        .Add(Manifests.DeliveryReply,
            (DeliveryReply m) => new DeliveryReplyMessage { Outcome = (int)m.Outcome, Definition = m.Definition?.ToProto() },
            DeliveryReplyMessage.Parser, v => new DeliveryReply(
                PipelineValues.Known<DeliveryOutcome>(v.Outcome), v.Definition is null ? null : Delivery(v.Definition)))
        .Add(Manifests.Deliveries,
            (Deliveries m) =>
            {
                var value = new DeliveriesMessage();
                value.Definitions.AddAll(m.Definitions, d => d.ToProto());
                return value;
            },
            DeliveriesMessage.Parser, v => new Deliveries(v.Definitions.ToArray(Delivery)));

    private static DeliveryDefinition Delivery(DefinitionValue? value)
    {
        ProtoValues.Require(value?.Delivery, "delivery");
        return DeliveryValues.ToDelivery(value!);
    }
}
