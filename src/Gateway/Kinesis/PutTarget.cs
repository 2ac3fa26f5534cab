using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>Where the records of a put go, and what is said when that is not there. Of one call.</summary>
internal interface IPutTarget
{
    StreamId Stream { get; }

    /// <summary>The map of today; throws the error that says why there is none.</summary>
    ValueTask<StreamMap> MapAsync();

    ApiException NotFound();
}

/// <summary>A stream that the call names.</summary>
internal sealed class StreamTarget(IStreams streams, StreamId stream, ApiCall call) : IPutTarget
{
    public StreamId Stream => stream;

    public ValueTask<StreamMap> MapAsync() => streams.ServingMapAsync(stream, call);

    public ApiException NotFound() => call.StreamNotFound(stream);
}
