using ActorStreams.Pipelines.Firehose;
using Akka.Actor;
using static ActorStreams.Pipelines.Firehose.DeliveryProtocol;

namespace ActorStreams.Pipelines.Leases;

/// <content>Delivery streams: applications that are made, changed and removed under conditions.</content>
public sealed partial class CoordinatorActor
{
    private void CommandDeliveries()
    {
        Command<AddDelivery>(add =>
        {
            if (Find(add) is { } there) Sender.Tell(new DeliveryReply(DeliveryOutcome.AlreadyExists, there));
            else Add(add.Definition, _ => Sender.Tell(new DeliveryReply(DeliveryOutcome.Done, add.Definition)));
        });
        Command<ReplaceDelivery>(replace =>
        {
            if (Find(replace) is not { } there) Sender.Tell(new DeliveryReply(DeliveryOutcome.NotFound, null));
            else if (there != replace.Before) Sender.Tell(new DeliveryReply(DeliveryOutcome.Differs, there));
            else Add(replace.Definition, _ => Sender.Tell(new DeliveryReply(DeliveryOutcome.Done, replace.Definition)));
        });
        Command<RemoveDelivery>(remove =>
        {
            if (Find(remove) is not { } there) Sender.Tell(new DeliveryReply(DeliveryOutcome.NotFound, null));
            else Remove(there.Name, _ => Sender.Tell(new DeliveryReply(DeliveryOutcome.Done, there)));
        });
        Command<GetDelivery>(get =>
        {
            var there = Find(get);
            Sender.Tell(new DeliveryReply(there is null ? DeliveryOutcome.NotFound : DeliveryOutcome.Done, there));
        });
        Command<ListDeliveries>(list => Sender.Tell(new Deliveries(
            [.. _state.Told.Values.OfType<DeliveryDefinition>().Where(d => list.Region.Length == 0 || d.Region == list.Region)
                .OrderBy(d => d.Region, StringComparer.Ordinal).ThenBy(d => d.Stream, StringComparer.Ordinal)])));
    }

    private DeliveryDefinition? Find(IDeliveryRequest request) =>
        _state.Told.GetValueOrDefault(DeliveryDefinition.ApplicationOf(request.Region, request.Stream)) as DeliveryDefinition;
}
