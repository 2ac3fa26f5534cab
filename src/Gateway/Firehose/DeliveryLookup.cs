using System.Collections.Concurrent;
using ActorStreams.Gateway.Kinesis;

namespace ActorStreams.Gateway.Firehose;

/// <summary>
/// Finds delivery streams and changes them for calls, and turns refusals into the errors of the API. What puts need of one is remembered for a
/// second, so that it is not asked for with each of them. Safe from any thread.
/// </summary>
internal sealed class DeliveryLookup(IDeliveryStreams deliveries, TimeProvider time)
{
    /// <summary>Names that a node remembers; clients choose them, so with more it begins anew.</summary>
    private const int KnownMax = 10_000;

    /// <summary>How old what puts are told may be. A stream that is gone by then is found out when its records are appended.</summary>
    private static readonly TimeSpan s_keptFor = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<DeliveryStreamId, Known> _known = new();

    private sealed record Known(Task<DeliveryResult> Asked, long At);

    /// <summary>For puts: an ACTIVE one that takes them, perhaps as it was a second ago.</summary>
    public async ValueTask<DeliveryStream> ForPutsAsync(DeliveryStreamId stream, ApiCall call)
    {
        var known = Ask(stream);
        // The question is everybody's, so a caller who goes away does not end it.
        var result = await known.Asked.WaitAsync(call.Aborted);
        if (result is not DeliveryResult.Done { Stream.Status: DeliveryStatus.Active }) _known.TryRemove(new(stream, known));
        if (result is DeliveryResult.Unavailable) throw FirehoseErrors.Unavailable(FirehoseErrors.SlowDown);
        var found = Done(result, stream, "", call);
        // One that is being created or deleted is not there yet or any more.
        if (found.Status != DeliveryStatus.Active) throw FirehoseErrors.NotFound(stream, call);
        return found.Source == DeliverySource.DirectPut ? found : throw FirehoseErrors.OfKinesisSource();
    }

    public void Forget(DeliveryStreamId stream) => _known.TryRemove(stream, out _);

    /// <summary>In any state, as it is now. Throws unless the caller may do this to it.</summary>
    public async Task<DeliveryStream> DescribeAsync(DeliveryStreamId stream, ApiCall call)
    {
        call.Authorize(stream);
        return Done(await deliveries.DescribeAsync(stream, call.Aborted), stream, "", call);
    }

    /// <summary>The same; null where there is none.</summary>
    public async Task<DeliveryStream?> FindAsync(DeliveryStreamId stream, ApiCall call)
    {
        call.Authorize(stream);
        var result = await deliveries.DescribeAsync(stream, call.Aborted);
        return result is DeliveryResult.NotFound ? null : Done(result, stream, "", call);
    }

    /// <summary>Makes a change, or throws the error that says why not.</summary>
    /// <param name="version">That the request names, where it names one.</param>
    public async Task<DeliveryStream> ChangeAsync(
        DeliveryStreamId stream, Func<IDeliveryStreams, CancellationToken, Task<DeliveryResult>> change, ApiCall call, string version = "")
    {
        call.Authorize(stream);
        try
        {
            return Done(await change(deliveries, call.Aborted), stream, version, call);
        }
        finally
        {
            Forget(stream);
        }
    }

    private Known Ask(DeliveryStreamId stream)
    {
        var now = time.GetTimestamp();
        if (_known.TryGetValue(stream, out var known) && time.GetElapsedTime(known.At, now) < s_keptFor) return known;
        var asked = new Known(deliveries.DescribeAsync(stream, CancellationToken.None), now);
        if (_known.Count >= KnownMax) _known.Clear();
        return _known[stream] = asked;
    }

    private static DeliveryStream Done(DeliveryResult result, DeliveryStreamId stream, string version, ApiCall call) => result switch
    {
        DeliveryResult.Done done => done.Stream,
        DeliveryResult.NotFound => throw FirehoseErrors.NotFound(stream, call),
        DeliveryResult.AlreadyExists => throw FirehoseErrors.AlreadyExists(stream, call),
        DeliveryResult.InUse inUse => throw KinesisErrors.InUse(inUse.Detail),
        DeliveryResult.Invalid invalid => throw KinesisErrors.InvalidArgument(invalid.Detail),
        DeliveryResult.VersionDiffers differs => throw FirehoseErrors.VersionDiffers(stream, version, differs.Current),
        _ => throw KinesisErrors.InternalFailure(),
    };
}
