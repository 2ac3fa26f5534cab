using ActorStreams.Gateway.Policies;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>Finds what tags, policies and consumers are about, or throws the error that says why not.</summary>
internal static class ConsumerLookup
{
    /// <summary>The stream of a ResourceARN, and its consumer where it names one. The policies of both have been asked.</summary>
    public static async Task<(ResourceReference Resource, StreamDescription Stream, FanOutConsumer? Consumer)> ResourceAsync(
        this IStreams streams, ShapeValues input, ApiCall call)
    {
        var resource = ResourceReference.Resolve(input.Text("ResourceARN")!, call);
        var stream = await streams.DescriptionAsync(resource.Stream, call);
        if (resource.Consumer is not { } name) return (resource, stream, null);
        var consumer = stream.Consumer(name, resource.CreatedAtSeconds) ?? throw KinesisErrors.ConsumerNotFound(resource.Arn, call.AccountId);
        call.Authorize(resource.Arn, consumer);
        return (resource, stream, consumer);
    }

    /// <summary>The consumer by ConsumerARN, or by StreamARN and ConsumerName; by all of them where they agree.</summary>
    public static async Task<(StreamDescription Stream, FanOutConsumer Consumer)> ConsumerAsync(
        this IStreams streams, ShapeValues input, ApiCall call)
    {
        var (streamArn, name, arn) = (input.Text("StreamARN"), input.Text("ConsumerName"), input.Text("ConsumerARN"));
        if (arn is null && (streamArn is null || name is null))
            throw KinesisErrors.InvalidArgument("Either ConsumerARN, or StreamARN and ConsumerName must be given.");
        var named = arn is null ? null : ResourceReference.FindConsumer(arn, call) ?? throw Unknown();
        var id = streamArn is null ? named!.Stream : StreamReference.Resolve(null, streamArn, call);
        if (named is not null && (named.Stream != id || (name is not null && name != named.Consumer)))
            throw KinesisErrors.InvalidArgument("ConsumerARN names another consumer than StreamARN and ConsumerName do.");
        // Not looked up as other streams are: for what is done to a consumer its own policy has to be asked first.
        var stream = await streams.DescribeStreamAsync(id, call.Aborted) switch
        {
            DescribeStreamResult.Found found => found.Stream,
            DescribeStreamResult.NotFound => throw (streamArn is null ? Unknown() : call.StreamNotFound(id)),
            _ => throw KinesisErrors.InternalFailure(),
        };
        var consumer = stream.Consumer(named?.Consumer ?? name!, named?.CreatedAtSeconds) ?? throw Unknown();
        call.Authorize(ConsumerShapes.Arn(id, consumer, call.AccountId), consumer);
        call.Authorize(stream);
        return (stream, consumer);

        // Whether there is one is no business of other accounts.
        ApiException Unknown() => call.IsForeign
            ? Access.NotAllowed(call.Caller, call.Api, call.Operation, arn ?? streamArn)
            : KinesisErrors.ConsumerNotFound(arn ?? name!, call.AccountId);
    }
}
