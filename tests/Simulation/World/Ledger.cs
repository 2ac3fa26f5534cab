using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Simulation.Tests.World;

/// <summary>Where a record came to lie.</summary>
internal readonly record struct Place(int Shard, long Row, int Index);

/// <summary>One shard as the ledger knows it: every event that ever became durable, and the state after each.</summary>
internal sealed class LedgerShard
{
    public List<StoredEvent> Events { get; } = [];

    /// <summary>States[r] is the state after row r; States[0] the unborn one.</summary>
    public List<ShardState> States { get; } = [ShardState.Unborn];

    public ShardState Current => States[^1];
}

/// <summary>
/// Watches what becomes durable and never forgets it, whatever the store deletes. Throws <see cref="Violation"/> at the row that
/// breaks an invariant.
/// </summary>
internal sealed class Ledger(StreamKey stream)
{
    private readonly Dictionary<int, LedgerShard> _shards = [];
    private readonly Dictionary<Tag, Place> _places = [];
    private readonly Dictionary<(int Producer, int Key), int> _lastOrdinals = [];
    private readonly HashSet<Tag> _refused = [];

    public IReadOnlyDictionary<int, LedgerShard> Shards => _shards;

    /// <summary>The outputs that an idempotent producer has for a key, in order; empty for plain producers.</summary>
    public Func<int, int, IReadOnlyList<int>> OutputsOf { get; set; } = (_, _) => [];

    public Place? Find(Tag tag) => _places.TryGetValue(tag, out var place) ? place : null;

    public LedgerShard Shard(int number)
    {
        if (!_shards.TryGetValue(number, out var shard)) _shards.Add(number, shard = new LedgerShard());
        return shard;
    }

    public SequenceNumber NumberOf(Place place) =>
        new(stream.Incarnation, Shard(place.Shard).Current.Generation, place.Shard, place.Row, place.Index);

    /// <summary>A definite refusal promises that this send is not stored and never will be.</summary>
    public void Refused(Tag tag)
    {
        if (_places.TryGetValue(tag, out var place)) throw new Violation($"{tag} was refused for good, but lies at {place}.");
        _refused.Add(tag);
    }

    public void Wrote(int number, long row, StoredEvent stored)
    {
        var shard = Shard(number);
        // A row that was there before: only the number of a deleted row can be taken again, and nobody may be told that it was.
        if (row <= shard.Events.Count) return;
        if (row != shard.Events.Count + 1)
            throw new Violation($"Shard {number} goes from row {shard.Events.Count} to {row}.");
        var e = stored.Read();
        var before = shard.Current;
        var after = before.Apply(e, row);
        shard.Events.Add(stored);
        shard.States.Add(after);
        switch (e)
        {
            case ShardEvents.Opened opened: CheckBirth(number, opened); break;
            case ShardEvents.Owned owned when owned.Epoch <= before.OwnerEpoch:
                throw new Violation($"Shard {number} was owned under epoch {before.OwnerEpoch} and now under {owned.Epoch}.");
            case ShardEvents.RecordsAppended appended: CheckRecords(number, before, appended.Batch); break;
        }
    }

    public void Deleting(int number, long toRow)
    {
        if (toRow > Shard(number).Current.TrimmedToRow)
            throw new Violation($"Rows of shard {number} up to {toRow} are deleted; given up are those to {Shard(number).Current.TrimmedToRow}.");
    }

    /// <summary>Replays every shard from its first row.</summary>
    public void CheckReplay()
    {
        foreach (var (number, shard) in _shards)
        {
            var state = ShardState.Unborn;
            for (var row = 1; row <= shard.Events.Count; row++)
            {
                state = state.Apply(shard.Events[row - 1].Read(), row);
                StateText.MustEqual(shard.States[row], state, $"Replaying shard {number} to row {row}");
            }
        }
    }

    private void CheckBirth(int number, ShardEvents.Opened opened)
    {
        foreach (var parent in opened.Parents)
        {
            var state = Shard(parent).Current;
            if (state.Lifecycle != ShardLifecycle.Closed) throw new Violation($"Shard {number} opens while its parent {parent} is {state.Lifecycle}.");
            if (opened.Generation <= state.Generation)
                throw new Violation($"Shard {number} has generation {opened.Generation}, its parent {parent} has {state.Generation}.");
            var ending = SequenceNumber.Ending(KeyOf(parent), state.Generation, state.ClosedRow);
            if (ending >= SequenceNumber.Starting(KeyOf(number), opened.Generation))
                throw new Violation($"The numbers of shard {number} do not lie above those of its parent {parent}.");
            if (opened.ArrivalFloorMs < state.LastArrivalMs)
                throw new Violation($"Shard {number} lets records arrive from {opened.ArrivalFloorMs} on, its parent {parent} had {state.LastArrivalMs}.");
        }
        foreach (var (other, shard) in _shards)
        {
            if (other != number && shard.Current.Lifecycle == ShardLifecycle.Open && shard.Current.Range.Overlaps(opened.Range))
                throw new Violation($"The open shards {other} and {number} overlap.");
        }
    }

    private void CheckRecords(int number, ShardState before, RecordBatch batch)
    {
        if (before.Lifecycle != ShardLifecycle.Open) throw new Violation($"Shard {number} is {before.Lifecycle} and stores records in row {batch.Row}.");
        var arrivalMs = before.LastArrivalMs;
        var records = batch.RecordsFrom(0);
        while (records.MoveNext())
        {
            var tag = Tag.Read(records.Current.Data);
            var place = new Place(number, batch.Row, records.Index);
            if (records.ArrivalMs < arrivalMs) throw new Violation($"{tag} at {place} arrives at {records.ArrivalMs}, after one at {arrivalMs}.");
            arrivalMs = records.ArrivalMs;
            if (!before.Range.Contains(records.Current.ExplicitHashKey!.Value)) throw new Violation($"{tag} at {place} lies outside of {before.Range}.");
            if (!_places.TryAdd(tag, place)) throw new Violation($"{tag} lies at {_places[tag]} and at {place}.");
            if (_refused.Contains(tag)) throw new Violation($"{tag} was refused for good and now lies at {place}.");
            if (tag.Send == 0) CheckOrder(tag, Records.KeyOf(records.Current.PartitionKey), place);
        }
    }

    /// <summary>Outputs of an idempotent producer come one after the other for each key, none left out, over all shards.</summary>
    private void CheckOrder(Tag tag, int key, Place place)
    {
        var outputs = OutputsOf(tag.Producer, key);
        var done = _lastOrdinals.GetValueOrDefault((tag.Producer, key));
        if (outputs[done] != tag.Ordinal) throw new Violation($"{tag} of key {key} lies at {place}, but {tag.Producer}:{outputs[done]} comes first.");
        _lastOrdinals[(tag.Producer, key)] = done + 1;
    }

    private ShardKey KeyOf(int number) => new(stream.Region, stream.Incarnation, number);
}
