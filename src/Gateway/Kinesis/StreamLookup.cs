using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>Finds the stream of a call, or throws the error that says why not.</summary>
internal static class StreamLookup
{
    /// <summary>In any state, as it is now.</summary>
    public static async Task<StreamDescription> DescriptionAsync(this IStreams streams, StreamId stream, KinesisCall call) =>
        await streams.DescribeStreamAsync(stream, call.Aborted) switch
        {
            DescribeStreamResult.Found found => found.Stream,
            DescribeStreamResult.NotFound => throw call.StreamNotFound(stream),
            _ => throw KinesisErrors.InternalFailure(),
        };

    /// <summary>For putting and getting: a stream that is being created or deleted is not there yet or any more.</summary>
    public static async ValueTask<StreamMap> ServingMapAsync(this IStreams streams, StreamId stream, KinesisCall call) =>
        await streams.MapAsync(stream, call.Aborted) switch
        {
            MapResult.Found found => found.Map,
            MapResult.NotFound or MapResult.NotActive => throw call.StreamNotFound(stream),
            _ => throw KinesisErrors.InternalFailure(),
        };
}
