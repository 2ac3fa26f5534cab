using ActorStreams.Pipelines.Consumers;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Pipelines.Firehose;

/// <summary>
/// How far a shard was read, and what it gave up before that. Behind the last record of a row stands the next row, rather than a further record of this
/// one: whoever begins there after the row was trimmed has missed nothing, and is told of no gap. For one slice at a time.
/// </summary>
internal sealed class SourceProgress(ShardKey shard, ShardPosition start)
{
    private DateTimeOffset? _lastArrival;

    public ShardPosition Position { get; private set; } = start;

    /// <summary>Goes on behind a slice; what was lost before it, or null.</summary>
    /// <param name="next">Where the source goes on.</param>
    public LostStretch? Take(SourceSlice slice, ShardPosition next)
    {
        var lost = LostBefore(slice);
        if (slice.Slices is [.., var last])
        {
            var index = last.FromIndex + last.Count;
            Position = index == last.Batch.Count ? new ShardPosition(last.Batch.Row + 1, 0) : new ShardPosition(last.Batch.Row, index);
            _lastArrival = DateTimeOffset.FromUnixTimeMilliseconds(last.Batch.Header.LastArrivalMs);
        }
        else
        {
            Position = Later(Later(Position, next), lost?.Next ?? default);
        }
        return lost;
    }

    public static ShardPosition Later(ShardPosition a, ShardPosition b) => a.CompareTo(b) > 0 ? a : b;

    /// <summary>Of its first record.</summary>
    public static DateTimeOffset ArrivalOf(BatchSlice slice)
    {
        var records = slice.Batch.RecordsFrom(slice.FromIndex);
        records.MoveNext();
        return DateTimeOffset.FromUnixTimeMilliseconds(records.ArrivalMs);
    }

    private LostStretch? LostBefore(SourceSlice slice)
    {
        if (slice.Skipped is not { } gap) return null;
        var kept = new ShardPosition(gap.FirstKeptRow, 0);
        DateTimeOffset? after = null;
        if (slice.Slices is [var first, ..])
        {
            // What was trimmed while it was read is not lost.
            var read = new ShardPosition(first.Batch.Row, first.FromIndex);
            if (read.CompareTo(kept) < 0) kept = read;
            after = ArrivalOf(first);
        }
        var from = Later(gap.Asked, Position);
        return from.CompareTo(kept) < 0 ? new LostStretch(shard, slice.Generation, from, kept, _lastArrival, after) : null;
    }
}
