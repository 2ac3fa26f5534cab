using ActorStreams.Gateway.Hosting;
using ActorStreams.Gateway.Kinesis;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Encryption;

namespace ActorStreams.Gateway.Firehose;

/// <summary>The actions of the Firehose API.</summary>
internal static class FirehoseActions
{
    public static IEnumerable<IApiAction> All(
        IStreams streams, IDeliveryStreams deliveries, EncryptionKeys keys, PutPlan plan, ProducerPuts producers, TriesOfCalls tries,
        GatewayMetrics metrics, TimeProvider time)
    {
        var lookup = new DeliveryLookup(deliveries, time);
        var sources = new DeliverySources(streams);
        var targets = new DestinationStreams(streams, deliveries);
        var puts = new DeliveryPuts(streams, deliveries, lookup, plan, producers, tries, metrics);
        return
        [
            new PutRecord(puts),
            new PutRecordBatch(puts),
            new CreateDeliveryStream(sources, targets, lookup, keys),
            new CheckDeliveryStream(sources, targets, deliveries, lookup, keys),
            new DescribeDeliveryStream(lookup),
            new ListDeliveryStreams(deliveries),
            new UpdateDestination(targets, lookup),
            new DeleteDeliveryStream(lookup),
            new TagDeliveryStream(lookup),
            new UntagDeliveryStream(lookup),
            new ListTagsForDeliveryStream(lookup),
            new StartDeliveryStreamEncryption(lookup, keys),
            new StopDeliveryStreamEncryption(lookup),
        ];
    }
}
