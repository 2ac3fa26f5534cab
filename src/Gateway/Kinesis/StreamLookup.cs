using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>Finds the stream of a call, or throws the error that says why not.</summary>
internal static class StreamLookup
{
    /// <summary>For actions that are about a stream without looking it up: throws unless the caller may do this to it.</summary>
    public static async ValueTask AuthorizeAsync(this IStreams streams, StreamId stream, KinesisCall call)
    {
        if (call.Caller.IsTrusted) return;
        switch (await streams.MapAsync(stream, call.Aborted))
        {
            case MapResult.Found found:
                call.Authorize(found.Map.Description);
                break;
            case MapResult.NotFound or MapResult.NotActive when call.IsForeign:
                throw call.StreamNotFound(stream);
            case MapResult.Unavailable:
                throw KinesisErrors.InternalFailure();
        }
    }

    /// <summary>In any state, as it is now.</summary>
    public static async Task<StreamDescription> DescriptionAsync(this IStreams streams, StreamId stream, KinesisCall call)
    {
        switch (await streams.DescribeStreamAsync(stream, call.Aborted))
        {
            case DescribeStreamResult.Found found:
                call.Authorize(found.Stream);
                return found.Stream;
            case DescribeStreamResult.NotFound:
                throw call.StreamNotFound(stream);
            default:
                throw KinesisErrors.InternalFailure();
        }
    }

    /// <summary>For putting and getting: a stream that is being created or deleted is not there yet or any more.</summary>
    public static async ValueTask<StreamMap> ServingMapAsync(this IStreams streams, StreamId stream, KinesisCall call)
    {
        switch (await streams.MapAsync(stream, call.Aborted))
        {
            case MapResult.Found found:
                call.Authorize(found.Map.Description);
                return found.Map;
            case MapResult.NotFound or MapResult.NotActive:
                throw call.StreamNotFound(stream);
            default:
                throw KinesisErrors.InternalFailure();
        }
    }
}
