using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>Changes streams for calls. What does not become so is thrown as the error that says why.</summary>
/// <param name="isCompat">Holds changes to the rates and counts of the service.</param>
internal sealed class StreamChanger(IStreams streams, bool isCompat)
{
    public async Task<UpdateStreamResult.Updated> ChangeAsync(StreamId stream, StreamChange change, ApiCall call) =>
        await TryChangeAsync(stream, change, call) switch
        {
            UpdateStreamResult.Updated updated => updated,
            UpdateStreamResult.Refused refused => throw ChangeErrors.Of(refused, change, call),
            _ => throw KinesisErrors.InternalFailure(),
        };

    /// <summary>Updated, or Refused for whoever has more to say than <see cref="ChangeErrors"/>.</summary>
    public async Task<UpdateStreamResult> TryChangeAsync(StreamId stream, StreamChange change, ApiCall call)
    {
        await streams.AuthorizeAsync(stream, call);
        return await streams.UpdateStreamAsync(stream, change, isCompat, call.Aborted) switch
        {
            UpdateStreamResult.NotFound => throw call.StreamNotFound(stream),
            UpdateStreamResult.Unavailable => throw KinesisErrors.InternalFailure(),
            var decided => decided,
        };
    }
}
