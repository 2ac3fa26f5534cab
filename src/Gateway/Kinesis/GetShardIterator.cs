using System.Collections.Immutable;
using System.Globalization;
using ActorStreams.Gateway.Limits;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

internal sealed class GetShardIterator(IStreams streams, ShardIterators iterators, TimeProvider time, CompatLimits? limits) : IKinesisAction
{
    private static readonly ImmutableArray<Member> Input =
    [
        Members.Name("ShardId", required: true),
        new("ShardIteratorType", MemberType.String)
        {
            IsRequired = true,
            Allowed = ["AFTER_SEQUENCE_NUMBER", "LATEST", "AT_TIMESTAMP", "AT_SEQUENCE_NUMBER", "TRIM_HORIZON"],
        },
        Members.SequenceNumber("StartingSequenceNumber"),
        Members.StreamName,
        new("Timestamp", MemberType.Timestamp),
        Members.StreamArn,
    ];

    public string Operation => "GetShardIterator";

    public async Task InvokeAsync(KinesisCall call)
    {
        var input = call.Read(Input);
        var stream = StreamReference.Resolve(input, call);
        if (!ShardIds.TryParse(input.Text("ShardId"), out var number))
            throw KinesisErrors.ShardNotParsed(input.Text("ShardId")!, stream.Name, call.AccountId);
        var target = await FindAsync(stream, number, call);
        var position = await PositionAsync(input, target);
        var iterator = iterators.Write(new ShardIterator(stream, target.Shard.Key, position));
        await call.AnswerAsync(writer => writer.String("ShardIterator", iterator));
    }

    /// <summary>Asks the shard itself: a map that is behind leads to the shard of a stream that was deleted, and is looked up again.</summary>
    private async Task<Target> FindAsync(StreamId stream, int number, KinesisCall call)
    {
        var shard = await FindShardAsync(stream, number, call);
        limits?.TakeIterator(shard.Key, stream, call);
        if (await BoundsAsync(shard, call) is { } bounds) return new Target(stream, shard, bounds, call);
        shard = await FindShardAsync(stream, number, call);
        return await BoundsAsync(shard, call) is { } newer
            ? new Target(stream, shard, newer, call)
            : throw KinesisErrors.ShardDoesNotExist(shard.Key.ShardId, stream.Name, call.AccountId);
    }

    private async Task<ShardDescription> FindShardAsync(StreamId stream, int number, KinesisCall call)
    {
        switch (await streams.MapAsync(stream, call.Aborted))
        {
            case MapResult.Found { Map: var map }:
                call.Authorize(map.Description);
                if (map.Shard(number) is { } shard) return shard;
                break;
            case MapResult.NotFound:
            case MapResult.NotActive when call.IsForeign:
                throw call.StreamNotFound(stream);
            case MapResult.Unavailable:
                throw KinesisErrors.InternalFailure();
        }
        throw KinesisErrors.ShardDoesNotExist(ShardIds.Format(number), stream.Name, call.AccountId);
    }

    private ValueTask<ShardPosition> PositionAsync(ShapeValues input, Target target)
    {
        var type = input.Text("ShardIteratorType")!;
        var sequenceNumber = input.Text("StartingSequenceNumber");
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
                return AtTimeAsync(input.TimestampMs("Timestamp"), target);
        }
    }

    private static ShardPosition AtNumber(string text, bool after, Target target)
    {
        var (stream, shard, bounds, call) = target;
        var used = $"StartingSequenceNumber {text} used in GetShardIterator on shard {shard.Key.ShardId} in stream {stream.Name} "
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

    private async ValueTask<ShardPosition> AtTimeAsync(long? timestampMs, Target target)
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
    private async ValueTask<ShardProtocol.ShardBounds?> BoundsAsync(ShardDescription shard, KinesisCall call) =>
        await streams.BoundsAsync(shard.Key, call.Aborted) switch
        {
            BoundsResult.Found found => found.Bounds,
            BoundsResult.Gone => null,
            _ => throw KinesisErrors.InternalFailure(),
        };

    private static KinesisException WrongPair(string specified) => KinesisErrors.InvalidArgument(
        "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and "
        + $"no StartingSequenceNumber. Request specified {specified}");

    private readonly record struct Target(
        StreamId Stream, ShardDescription Shard, ShardProtocol.ShardBounds Bounds, KinesisCall Call)
    {
        public KinesisException DoesNotExist() => KinesisErrors.ShardDoesNotExist(Shard.Key.ShardId, Stream.Name, Call.AccountId);
    }
}
