using System.Globalization;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>Where in a shard a reader asks to begin, as it came.</summary>
/// <param name="Type">One of <see cref="StartingPositions.Types"/>.</param>
internal readonly record struct StartingPosition(string Type, string? SequenceNumber, long? TimestampMs);

/// <summary>A shard that is there, and its bounds.</summary>
internal readonly record struct TargetShard(StreamId Stream, ShardDescription Shard, ShardProtocol.ShardBounds Bounds, ApiCall Call)
{
    public ApiException DoesNotExist() => KinesisErrors.ShardDoesNotExist(Shard.Key.ShardId, Stream.Name, Call.AccountId);
}

/// <summary>Finds the shard of a call and the position to begin at: the rules that GetShardIterator and SubscribeToShard share.</summary>
internal sealed class StartingPositions(IStreams streams, TimeProvider time)
{
    /// <summary>In the order in which the service lists them.</summary>
    public static readonly System.Collections.Immutable.ImmutableArray<string> Types =
        ["AFTER_SEQUENCE_NUMBER", "LATEST", "AT_TIMESTAMP", "AT_SEQUENCE_NUMBER", "TRIM_HORIZON"];

    /// <summary>Asks the shard itself: a map that is behind leads to the shard of a stream that was deleted, and is looked up again.</summary>
    /// <param name="take">Called with the shard before it is asked; throws where its rate is used up.</param>
    public async Task<TargetShard> FindAsync(StreamId stream, string shardId, ApiCall call, Action<ShardKey> take)
    {
        if (!ShardIds.TryParse(shardId, out var number)) throw KinesisErrors.ShardNotParsed(shardId, stream.Name, call.AccountId);
        var shard = await FindShardAsync(stream, number, call);
        take(shard.Key);
        if (await BoundsAsync(shard, call) is { } bounds) return new TargetShard(stream, shard, bounds, call);
        shard = await FindShardAsync(stream, number, call);
        return await BoundsAsync(shard, call) is { } newer
            ? new TargetShard(stream, shard, newer, call)
            : throw KinesisErrors.ShardDoesNotExist(shard.Key.ShardId, stream.Name, call.AccountId);
    }

    public ValueTask<ShardPosition> PositionAsync(StartingPosition wanted, TargetShard target)
    {
        var (type, sequenceNumber, timestampMs) = wanted;
        switch (type)
        {
            case "AT_SEQUENCE_NUMBER" or "AFTER_SEQUENCE_NUMBER":
                return sequenceNumber is null
                    ? throw WrongPair($"{type} and no StartingSequenceNumber.")
                    : ValueTask.FromResult(AtNumber(sequenceNumber, after: type == "AFTER_SEQUENCE_NUMBER", target));
            case "TRIM_HORIZON" or "LATEST" when sequenceNumber is not null:
                throw WrongPair($"{type} and also a StartingSequenceNumber.");
            case "TRIM_HORIZON":
                return ValueTask.FromResult(ShardPosition.TrimHorizon);
            case "LATEST":
                return ValueTask.FromResult(target.Bounds.AfterTip);
            default:
                return AtTimeAsync(timestampMs, target);
        }
    }

    private async Task<ShardDescription> FindShardAsync(StreamId stream, int number, ApiCall call)
    {
        switch (await streams.MapAsync(stream, call.Aborted))
        {
            case MapResult.Found { Map: var map }:
                call.Authorize(map.Description);
                if (await streams.FindShardAsync(map, number, call) is { } shard) return shard;
                break;
            case MapResult.NotFound or MapResult.NotActive when call.IsForeign:
                throw call.StreamNotFound(stream);
            case MapResult.Unavailable:
                throw KinesisErrors.InternalFailure();
        }
        // The service says so too where there is no stream at all.
        throw KinesisErrors.ShardDoesNotExist(ShardIds.Format(number), stream.Name, call.AccountId);
    }

    private static ShardPosition AtNumber(string text, bool after, TargetShard target)
    {
        var (stream, shard, bounds, call) = target;
        var used = $"StartingSequenceNumber {text} used in {call.Operation} on shard {shard.Key.ShardId} in stream {stream.Name} "
            + $"under account {call.AccountId} is invalid";
        if (!SequenceNumber.TryParse(text, out var number)) throw KinesisErrors.InvalidArgument(used + ".");
        if (number.Incarnation != shard.Key.Incarnation)
            throw KinesisErrors.InvalidArgument(used + " because it did not come from this stream.");
        if (number.Shard != shard.Key.Shard)
        {
            throw KinesisErrors.InvalidArgument(
                $"Invalid StartingSequenceNumber. It encodes {ShardIds.Format(number.Shard)}, "
                + $"while it was used in a call to a shard with {shard.Key.ShardId}");
        }
        // The starting number of a shard stands before its first record, which is wherever the horizon is.
        if (number.Row == 0) return ShardPosition.TrimHorizon;
        var last = bounds.IsClosed ? bounds.ClosedRow : bounds.TipRow;
        if (number.Generation != shard.Generation || number.Row > last) throw KinesisErrors.InvalidArgument(used + ".");
        return after ? ShardPosition.After(number) : ShardPosition.At(number);
    }

    private async ValueTask<ShardPosition> AtTimeAsync(long? timestampMs, TargetShard target)
    {
        if (timestampMs is not { } ms)
        {
            throw KinesisErrors.InvalidArgument(
                "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp parameter.");
        }
        var nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (ms > nowMs)
        {
            throw KinesisErrors.InvalidArgument(string.Create(
                CultureInfo.InvariantCulture,
                $"The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. "
                + $"timestampInMillis: {ms}, currentTimestampInMillis: {nowMs}"));
        }
        var at = DateTimeOffset.FromUnixTimeMilliseconds(ms);
        return await streams.PositionAtAsync(target.Shard.Key, at, target.Call.Aborted) switch
        {
            PositionResult.Found found => found.Position,
            PositionResult.Gone => throw target.DoesNotExist(),
            PositionResult.KeyUnavailable sealedBy => throw KinesisErrors.Kms(sealedBy.Key),
            _ => throw KinesisErrors.InternalFailure(),
        };
    }

    /// <summary>Null when the shard is gone.</summary>
    private async ValueTask<ShardProtocol.ShardBounds?> BoundsAsync(ShardDescription shard, ApiCall call) =>
        await streams.BoundsAsync(shard.Key, call.Aborted) switch
        {
            BoundsResult.Found found => found.Bounds,
            BoundsResult.Gone => null,
            _ => throw KinesisErrors.InternalFailure(),
        };

    private static ApiException WrongPair(string specified) => KinesisErrors.InvalidArgument(
        "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and "
        + $"no StartingSequenceNumber. Request specified {specified}");
}
