using System.Collections.Immutable;

namespace ActorStreams.Shards.Log;

/// <summary>Bytes that all tails of a node hold together.</summary>
public sealed class TailBudget(long bytesMax)
{
    private long _bytes;

    public bool IsExceeded => Interlocked.Read(ref _bytes) > bytesMax;

    public long Bytes => Interlocked.Read(ref _bytes);

    internal void Add(long bytes) => Interlocked.Add(ref _bytes, bytes);
}

/// <summary>
/// The newest batches of a shard, durable ones only, so that readers at the tip need no store. It only saves a read: what it does
/// not cover is in the journal's rows.
/// </summary>
public sealed class RecordTail(int bytesMax, TailBudget budget, ShardPosition coveredFrom)
{
    private readonly LinkedList<RecordBatch> _batches = new();
    private long _bytes;

    /// <summary>Every record at or after this position, and up to the tip, is here.</summary>
    public ShardPosition CoveredFrom { get; private set; } = coveredFrom;

    public void Add(RecordBatch batch)
    {
        _batches.AddLast(batch);
        Count(batch.Encoded.Length);
        while (_batches.Count > 1 && (_bytes > bytesMax || budget.IsExceeded)) DropFirst();
        if (bytesMax == 0) DropFirst();
    }

    /// <summary>Drops batches up to this row, which are given up and shown to nobody any more.</summary>
    public void TrimTo(long row)
    {
        while (_batches.First is { } first && first.Value.Row <= row) DropFirst();
        if (CoveredFrom.Row <= row) CoveredFrom = new ShardPosition(row + 1, 0);
    }

    public void Clear()
    {
        while (_batches.Count > 0) DropFirst();
    }

    /// <summary>Whole batches from the one that holds the position, until a limit is reached; null where the tail begins later.</summary>
    public ImmutableArray<RecordBatch>? From(ShardPosition position, int recordsMax, int bytesMax)
    {
        if (position.CompareTo(CoveredFrom) < 0) return null;
        // From the newest backwards: readers at the tip want the last one or two.
        var first = _batches.Last;
        while (first?.Previous is { } previous && Reaches(previous.Value, position)) first = previous;
        if (first is null || !Reaches(first.Value, position)) return [];
        var batches = ImmutableArray.CreateBuilder<RecordBatch>();
        long records = 0, bytes = 0;
        for (var node = first; node is not null && records < recordsMax && bytes < bytesMax; node = node.Next)
        {
            batches.Add(node.Value);
            records += node.Value.Count - (node.Value.Row == position.Row ? position.Index : 0);
            bytes += node.Value.Encoded.Length;
        }
        return batches.ToImmutable();
    }

    private static bool Reaches(RecordBatch batch, ShardPosition position) =>
        batch.Row > position.Row || (batch.Row == position.Row && batch.Count > position.Index);

    private void DropFirst()
    {
        var dropped = _batches.First!.Value;
        _batches.RemoveFirst();
        CoveredFrom = new ShardPosition(dropped.Row, dropped.Count);
        Count(-dropped.Encoded.Length);
    }

    private void Count(long bytes)
    {
        _bytes += bytes;
        budget.Add(bytes);
    }
}
