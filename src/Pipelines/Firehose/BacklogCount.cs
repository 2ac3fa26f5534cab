using ActorStreams.Pipelines.Consumers;
using ActorStreams.Shards.Log;

namespace ActorStreams.Pipelines.Firehose;

/// <summary>Counts what a delivery has read and not delivered, batch by batch. Safe from any thread.</summary>
internal sealed class BacklogCount(TimeProvider time)
{
    /// <summary>The source is read all the time; longer ago, nobody knows how much came since.</summary>
    private static readonly TimeSpan s_unreadKnownFor = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Queue<Batch> _out = new();

    // Slices that wait until those before them are in a batch, which may take long.
    private readonly Queue<Batch> _ahead = new();
    private Batch _collecting;
    private long _collectingSince;
    private long _bytes;
    private (long Ms, long? Records, long At)? _unread;

    /// <summary>A batch that was begun before is finished first.</summary>
    public void Redo(BatchIntent intent)
    {
        lock (_gate)
        {
            // Of objects alone it is known how many records there are; where they are kept as they came too, they are not counted twice.
            var kept = intent.Objects.Where(o => o.Kind == ObjectKind.Source).Sum(o => o.Records);
            var made = intent.Objects.Where(o => o.Kind is ObjectKind.Records or ObjectKind.Errors).Sum(o => o.Records);
            _out.Enqueue(new Batch(Math.Max(kept, made), intent.Objects.Select(o => o.OldestMs).DefaultIfEmpty().Min(), intent.To));
        }
    }

    /// <summary>A slice was read.</summary>
    public void Read(SourceSlice slice)
    {
        lock (_gate)
        {
            _unread = (slice.BehindMs, slice.BehindRecords, time.GetTimestamp());
            if (slice.Slices is [var first, ..])
                _ahead.Enqueue(new Batch(slice.Slices.Sum(s => (long)s.Count), SourceProgress.ArrivalOf(first).ToUnixTimeMilliseconds(), default));
        }
    }

    /// <summary>The next slice goes into the batch that is being filled.</summary>
    public void Filling(SourceSlice slice)
    {
        lock (_gate)
        {
            if (slice.Slices.IsEmpty) return;
            var next = _ahead.Dequeue();
            if (_collecting.Records == 0) (_collecting, _collectingSince) = (next, time.GetTimestamp());
            else _collecting = _collecting with { Records = _collecting.Records + next.Records };
        }
    }

    /// <param name="bytes">Of the largest object of the batch that is being filled.</param>
    public void Filled(long bytes)
    {
        lock (_gate) _bytes = bytes;
    }

    /// <summary>The batch that was filled ends before the position and is on its way out.</summary>
    public void Closed(ShardPosition to)
    {
        lock (_gate)
        {
            _out.Enqueue(_collecting with { To = to });
            (_collecting, _bytes) = (default, 0);
        }
    }

    /// <summary>All that was read for the batch was dropped: there is nothing to deliver.</summary>
    public void Dropped()
    {
        lock (_gate) (_collecting, _bytes) = (default, 0);
    }

    /// <summary>Everything below the position is delivered.</summary>
    public void Delivered(ShardPosition to)
    {
        lock (_gate)
        {
            while (_out.TryPeek(out var batch) && batch.To.CompareTo(to) <= 0) _out.Dequeue();
        }
    }

    /// <param name="plan">Null before there is one.</param>
    public Backlog Now(DeliveryPlan? plan)
    {
        lock (_gate)
        {
            var isUnreadKnown = _unread is { } read && time.GetElapsedTime(read.At) < s_unreadKnownFor;
            var oldest = _out.Append(_collecting).Concat(_ahead).Select(b => b.OldestMs).FirstOrDefault(ms => ms != 0);
            return new Backlog(
                _out.Sum(b => b.Records) + _collecting.Records + _ahead.Sum(b => b.Records), oldest, _out.Count, _unread?.Ms ?? -1, isUnreadKnown ? _unread?.Records : null)
            {
                Collecting = _collecting.Records == 0 || plan is null
                    ? null
                    : new CollectedBatch(
                        _collecting.Records, _bytes, plan.BufferBytesMax, (long)time.GetElapsedTime(_collectingSince).TotalMilliseconds,
                        (long)plan.BufferInterval.TotalMilliseconds),
            };
        }
    }

    private readonly record struct Batch(long Records, long OldestMs, ShardPosition To);
}
