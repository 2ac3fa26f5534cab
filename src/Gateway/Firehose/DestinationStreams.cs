using System.Collections.Immutable;
using System.Text.Json.Nodes;
using ActorStreams.Gateway.Kinesis;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Firehose;

/// <summary>A stream as the destination: the URL of an HTTP endpoint that is an ARN.</summary>
internal sealed class DestinationStreams(IStreams streams)
{
    // There are no roles here: whoever lets a delivery stream write must be allowed to write.
    private static readonly ImmutableArray<string> s_writes = ["DescribeStream", "PutRecord", "PutRecords"];

    /// <summary>Throws where the document names a stream that is not there, that the caller may not write to, or that the records come from.</summary>
    /// <param name="coming">Names of streams that are to be created before.</param>
    public async Task CheckAsync(JsonObject document, StreamId? source, KinesisCall call, IReadOnlyCollection<string>? coming = null)
    {
        if (document["EndpointConfiguration"]?["Url"]?.GetValue<string>() is not { } url || !url.StartsWith("arn:", StringComparison.Ordinal)) return;
        CheckMembers(document);
        if (StreamReference.Find(url, call) is not { } target)
            throw KinesisErrors.InvalidArgument($"EndpointConfiguration.Url {url} names no stream of account {call.AccountId} in {call.Region}.");
        if (target == source)
            throw KinesisErrors.InvalidArgument($"EndpointConfiguration.Url: the stream {target.Name} is the source of the delivery stream, which would read again what it delivers.");
        if (coming?.Contains(target.Name) == true) return;
        await DeliverySources.CheckAsync(streams, target, s_writes, "EndpointConfiguration.Url: ", call);
    }

    private static void CheckMembers(JsonObject document)
    {
        if (document["EndpointConfiguration"]!["AccessKey"] is not null)
            throw KinesisErrors.InvalidArgument("EndpointConfiguration.AccessKey has no meaning where Url names a stream, and must not be given.");
        var request = document["RequestConfiguration"];
        if (request?["ContentEncoding"]?.GetValue<string>() is "GZIP" || request?["CommonAttributes"] is JsonArray { Count: > 0 })
            throw KinesisErrors.InvalidArgument("RequestConfiguration has no meaning where EndpointConfiguration.Url names a stream: ContentEncoding must be NONE, and CommonAttributes must not be given.");
    }
}
