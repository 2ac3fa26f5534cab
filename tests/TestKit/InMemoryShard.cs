using System.Collections.Immutable;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.TestKit;

/// <summary>A shard of <see cref="InMemoryStreams"/>, which holds the lock. Row 1 is the opening, so records begin in row 2.</summary>
internal sealed class InMemoryShard(ShardKey key, HashKeyRange range, int generation, TimeProvider time)
{
    private readonly List<RecordBatch> _batches = [];
    private readonly Dictionary<string, ProducerEntry> _producers = [];
    private readonly RecentCalls _calls = new(TimeSpan.FromMinutes(5), 10_000);
    private long _lastRow = 1;
    private long _lastArrivalMs;
    private long _closedRow;
    private ImmutableArray<int> _children = [];

    public long TrimmedToRow { get; set; }

    public ShardSubscriptions Subscriptions { get; } = new(key, time);

    public ShardBounds Bounds => _batches.Count == 0
        ? new ShardBounds(generation, 0, 0, 0, TrimmedToRow, _closedRow, _children)
        : new ShardBounds(
            generation, _batches[^1].Row, _batches[^1].Count, _batches[^1].Header.LastArrivalMs, TrimmedToRow, _closedRow, _children);

    /// <summary>Answers the row of the closing event.</summary>
    public long Close(ImmutableArray<int> children)
    {
        _children = children;
        return _closedRow = ++_lastRow;
    }

    /// <summary>Takes over how far the parent's producers have got in its range.</summary>
    public void Inherit(InMemoryShard parent)
    {
        foreach (var (name, entry) in parent._producers)
        {
            var own = ProducerPositions.Within(entry, range);
            _producers[name] = _producers.TryGetValue(name, out var other) ? ProducerPositions.Join(other, own) : own;
        }
    }

    public AttachReply Attach(string producer, long epoch)
    {
        if (_closedRow != 0) return new AttachReply.Refused(AppendError.Closed, $"{key} is closed.");
        var known = _producers.GetValueOrDefault(producer) ?? new ProducerEntry(producer, epoch, []);
        if (epoch < known.Epoch) return new AttachReply.Refused(AppendError.StaleEpoch, $"Epoch {known.Epoch} has attached.");
        _producers[producer] = known with { Epoch = epoch };
        return new AttachReply.Attached(known.Positions);
    }

    public FindCallsReply Find(UInt128 id)
    {
        _calls.Expire(time.GetUtcNow().ToUnixTimeMilliseconds());
        return new FindCallsReply.Found(generation, _closedRow != 0, _calls.Find(id));
    }

    /// <summary>The key that batches are said to be sealed with from now on; null for none.</summary>
    public string? KeyName { get; set; }

    public AppendReply Append(RecordBlock block, ProducerAppend? producer, CallToken? call)
    {
        _calls.Expire(time.GetUtcNow().ToUnixTimeMilliseconds());
        if (call is not null && _calls.Judge(call, generation) is { } known) return known;
        if (_closedRow != 0) return new AppendReply.Refused(AppendError.Closed, $"{key} is closed.", _children);
        List<ProducerAdvance> advances = [];
        if (producer is not null)
        {
            var entry = _producers.GetValueOrDefault(producer.Producer);
            if (ProducerPositions.Judge(entry, range, producer) is { } answer) return answer;
            advances.Add(new ProducerAdvance(producer.Producer, producer.Epoch, producer.Position));
            _producers[producer.Producer] = ProducerPositions.Advance(entry!, range, advances[0]);
        }
        _lastArrivalMs = Math.Max(_lastArrivalMs, time.GetUtcNow().ToUnixTimeMilliseconds());
        // The caller's buffer is its own again after the answer.
        _lastRow++;
        CallBlock[] calls = call is null ? [] : [new CallBlock(call.Id, call.Entries, call.BodyHash, _lastRow, 0, block.Count, _lastArrivalMs)];
        var batch = RecordBatch.Encode(_lastRow, [new RecordBatch.TimedBlock(block, _lastArrivalMs)], advances, calls);
        _batches.Add(KeyName is null ? batch : batch.KnownSealed(KeyName));
        foreach (var stored in calls) _calls.Add(stored);
        return new AppendReply.Appended(generation, batch.Row, 0, block.Count, _lastArrivalMs);
    }

    public ReadResult Read(ShardPosition from, int recordsMax, int bytesMax)
    {
        var asked = from;
        TrimGap? skipped = null;
        if (from.Row <= TrimmedToRow)
        {
            if (from.Row > 0 && from.CompareTo(Bounds.AfterTip) < 0) skipped = new TrimGap(asked, TrimmedToRow + 1);
            from = new ShardPosition(TrimmedToRow + 1, 0);
        }
        var slices = ImmutableArray.CreateBuilder<BatchSlice>();
        var next = from;
        var bytes = 0;
        var records = 0;
        var readToMs = 0L;
        foreach (var batch in _batches.Where(b => b.Row >= from.Row))
        {
            var first = batch.Row == from.Row ? from.Index : 0;
            var count = 0;
            foreach (var record in batch.RecordsFrom(first))
            {
                var size = record.Data.Length + record.PartitionKey.Length;
                if (records == recordsMax || (records > 0 && bytes + size > bytesMax)) break;
                bytes += size;
                records++;
                count++;
                readToMs = batch.Header.LastArrivalMs;
            }
            if (count > 0) slices.Add(new BatchSlice(batch, first, count));
            if (first + count > 0) next = new ShardPosition(batch.Row, first + count);
            if (first + count < batch.Count) break;
        }
        var isAtTip = _batches.Count == 0 || next.CompareTo(Bounds.AfterTip) >= 0;
        var behindMs = isAtTip ? 0 : Math.Max(1, _batches[^1].Header.LastArrivalMs - readToMs);
        return new ReadResult.Records(slices.ToImmutable(), _closedRow != 0 && isAtTip ? null : next, behindMs, skipped, Bounds);
    }

    public ShardPosition PositionAt(long ms)
    {
        foreach (var batch in _batches.Where(b => b.Row > TrimmedToRow))
        {
            if (batch.Header.LastArrivalMs >= ms) return new ShardPosition(batch.Row, 0);
        }
        return Bounds.AfterTip;
    }
}
