using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>Finds the stream of a call, or throws the error that says why not.</summary>
internal static class StreamLookup
{
    /// <summary>For actions that are about a stream without looking it up: throws unless the caller may do this to it.</summary>
    public static async ValueTask AuthorizeAsync(this IStreams streams, StreamId stream, ApiCall call)
    {
        if (call.Caller.IsTrusted) return;
        switch (await streams.MapAsync(stream, call.Aborted))
        {
            case MapResult.Found found:
                call.Authorize(found.Map.Description);
                break;
            case MapResult.NotFound or MapResult.NotActive when call.IsForeign:
                throw call.StreamNotFound(stream);
            case MapResult.NotFound or MapResult.NotActive:
                call.Authorize(stream);
                break;
            case MapResult.Unavailable:
                throw KinesisErrors.InternalFailure();
        }
    }

    /// <summary>In any state, as it is now.</summary>
    public static async Task<StreamDescription> DescriptionAsync(this IStreams streams, StreamId stream, ApiCall call)
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
    public static async ValueTask<StreamMap> ServingMapAsync(this IStreams streams, StreamId stream, ApiCall call)
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

    /// <summary>
    /// A shard of the stream, null where it has none of that number. The map may be from before the shard was opened, which was told to the
    /// client by another node; so the stream itself says that there is none. Consumer libraries take that for the end of the shard.
    /// </summary>
    public static async ValueTask<ShardDescription?> FindShardAsync(this IStreams streams, StreamMap map, int number, ApiCall call)
    {
        if (map.Shard(number) is { } known) return known;
        return await streams.DescribeStreamAsync(map.Description.Id, call.Aborted) switch
        {
            DescribeStreamResult.Found found => found.Stream.Shards.FirstOrDefault(s => s.Key.Shard == number),
            DescribeStreamResult.NotFound => null,
            _ => throw KinesisErrors.InternalFailure(),
        };
    }
}
