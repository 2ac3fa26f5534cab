using System.Collections.Immutable;
using System.Text.Json.Nodes;
using ActorStreams.Gateway.Kinesis;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Firehose;

/// <summary>A stream as the destination: the URL of an HTTP endpoint that is an ARN.</summary>
internal sealed class DestinationStreams(IStreams streams, IDeliveryStreams deliveries)
{
    // There are no roles here: whoever lets a delivery stream write must be allowed to write.
    private static readonly ImmutableArray<string> s_writes = ["DescribeStream", "PutRecord", "PutRecords"];

    /// <summary>
    /// Throws where the document names a stream that is not there, that the caller may not write to, or that the records come from, be it by way of
    /// other delivery streams. Two that are made at once are not held against each other.
    /// </summary>
    /// <param name="coming">Names of streams that are to be created before.</param>
    public async Task CheckAsync(DeliveryStreamId id, JsonObject document, StreamId? source, ApiCall call, IReadOnlyCollection<string>? coming = null)
    {
        if (ArnIn(document) is not { } url) return;
        CheckMembers(document);
        if (StreamReference.Find(url, call) is not { } target)
            throw KinesisErrors.InvalidArgument($"EndpointConfiguration.Url {url} names no stream of account {call.AccountId} in {call.Region}.");
        if (target == source)
            throw KinesisErrors.InvalidArgument($"EndpointConfiguration.Url: the stream {target.Name} is the source of the delivery stream, which would read again what it delivers.");
        if (source is { } read) await RefuseCycleAsync(id, read, target, call);
        if (coming?.Contains(target.Name) == true) return;
        await DeliverySources.CheckAsync(streams, target, s_writes, "EndpointConfiguration.Url: ", call);
    }

    /// <summary>Throws with the chain where others bring back what this one delivers.</summary>
    private async Task RefuseCycleAsync(DeliveryStreamId id, StreamId source, StreamId target, ApiCall call)
    {
        ImmutableArray<StreamDelivery> all;
        try
        {
            all = await deliveries.OfStreamsAsync(id.Region, call.Aborted);
        }
        catch (TimeoutException)
        {
            throw KinesisErrors.InternalFailure();
        }
        var from = all.Where(d => d.Id != id).ToLookup(d => d.Stream);
        var seen = new HashSet<StreamId> { target };
        var ways = new Queue<(StreamId At, string Chain)>([(target, $"{source.Name} -> ({id.Name}) -> {target.Name}")]);
        while (ways.TryDequeue(out var way))
        {
            foreach (var delivery in from[way.At])
            {
                if (ArnIn(delivery.Destination.Configuration) is not { } arn || StreamReference.Find(arn, call) is not { } next) continue;
                var chain = $"{way.Chain} -> ({delivery.Id.Name}) -> {next.Name}";
                if (next == source)
                    throw KinesisErrors.InvalidArgument($"EndpointConfiguration.Url: records would come round again without end, by streams and (delivery streams): {chain}.");
                if (seen.Add(next)) ways.Enqueue((next, chain));
            }
        }
    }

    /// <summary>The URL where it names a stream.</summary>
    private static string? ArnIn(JsonObject document) =>
        document["EndpointConfiguration"]?["Url"]?.GetValue<string>() is { } url && url.StartsWith("arn:", StringComparison.Ordinal) ? url : null;

    private static void CheckMembers(JsonObject document)
    {
        if (document["EndpointConfiguration"]!["AccessKey"] is not null)
            throw KinesisErrors.InvalidArgument("EndpointConfiguration.AccessKey has no meaning where Url names a stream, and must not be given.");
        var request = document["RequestConfiguration"];
        if (request?["ContentEncoding"]?.GetValue<string>() is "GZIP" || request?["CommonAttributes"] is JsonArray { Count: > 0 })
            throw KinesisErrors.InvalidArgument("RequestConfiguration has no meaning where EndpointConfiguration.Url names a stream: ContentEncoding must be NONE, and CommonAttributes must not be given.");
    }
}
