using ActorStreams.Shards.Log;

namespace ActorStreams.Simulation.Tests.World;

/// <summary>What became of a write, as far as its owner is told.</summary>
internal enum WriteOutcome
{
    Confirmed,

    /// <summary>Another row with this number was there first.</summary>
    Lost,

    /// <summary>The store did not answer in time, or with an error that says nothing.</summary>
    Unknown,
}

/// <summary>One write on its way: it may reach the store late, never, or after its owner stopped waiting for it.</summary>
internal sealed class PendingWrite(ShardOwner owner, long row, StoredEvent e)
{
    public ShardOwner Owner { get; } = owner;
    public long Row { get; } = row;
    public StoredEvent Event { get; } = e;
    public WriteOutcome? Outcome { get; set; }
    public bool OwnerWasTold { get; set; }
}

/// <summary>One shard's rows and its two newest snapshots. A deleted row's number is free again, but for the highest deleted one.</summary>
internal sealed class StoredShard
{
    public SortedDictionary<long, StoredEvent> Rows { get; } = [];
    public long Tombstone { get; set; }
    public long HighestRow { get; set; }

    /// <summary>Oldest first, at most two.</summary>
    public List<ShardState> Snapshots { get; } = [];

    public IReadOnlyList<CallBlock> CallsUpTo(long row) =>
        [.. Rows.TakeWhile(r => r.Key <= row).Select(r => r.Value.Read()).OfType<ShardEvents.RecordsAppended>().SelectMany(a => a.Batch.Calls())];

    public bool Holds(long row) => Rows.ContainsKey(row) || row == Tombstone;
}

/// <summary>
/// The journal as Akka.Persistence.Sql keeps it: rows by persistence id with a unique (id, row), snapshots, and deletion of all
/// rows up to one. Writes and deletions take effect when the scheduler says so.
/// </summary>
internal sealed class SimulatedStore(Ledger ledger, Mutation mutation)
{
    private readonly Dictionary<int, StoredShard> _shards = [];

    public List<PendingWrite> Writes { get; } = [];
    public List<(int Shard, long ToRow)> Deletions { get; } = [];

    public StoredShard Shard(int number)
    {
        if (!_shards.TryGetValue(number, out var shard)) _shards.Add(number, shard = new StoredShard());
        return shard;
    }

    public PendingWrite Begin(ShardOwner owner, long row, StoredEvent e)
    {
        var write = new PendingWrite(owner, row, e);
        Writes.Add(write);
        return write;
    }

    public void Apply(PendingWrite write)
    {
        var shard = Shard(write.Owner.Number);
        if (shard.Holds(write.Row) && mutation != Mutation.StoreWithoutUniqueKey)
        {
            write.Outcome = WriteOutcome.Lost;
            return;
        }
        shard.Rows[write.Row] = write.Event;
        shard.HighestRow = Math.Max(shard.HighestRow, write.Row);
        write.Outcome = WriteOutcome.Confirmed;
        ledger.Wrote(write.Owner.Number, write.Row, write.Event);
    }

    public void SaveSnapshot(int number, ShardState state)
    {
        var snapshots = Shard(number).Snapshots;
        if (snapshots.Exists(s => s.LastRow == state.LastRow)) return;
        snapshots.Add(state);
        snapshots.Sort((a, b) => a.LastRow.CompareTo(b.LastRow));
        if (snapshots.Count > 2) snapshots.RemoveAt(0);
    }

    public void Delete(int number, long toRow)
    {
        ledger.Deleting(number, toRow);
        var shard = Shard(number);
        foreach (var row in shard.Rows.Keys.TakeWhile(row => row <= toRow).ToList())
        {
            shard.Rows.Remove(row);
            shard.Tombstone = Math.Max(shard.Tombstone, row);
        }
    }
}
