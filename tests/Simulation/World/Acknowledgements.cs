using ActorStreams.Shards.Log;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Simulation.Tests.World;

/// <summary>Holds every answer against the ledger in the moment it is given: what was promised must be durable.</summary>
internal sealed class Acknowledgements(SimulatedWorld world)
{
    private readonly Dictionary<(int Shard, long Row), int> _ownerOfRow = [];

    public void Check(ShardOwner owner, Request request, IMessage reply)
    {
        var shard = world.Ledger.Shard(owner.Number);
        switch (reply)
        {
            case AppendReply.Appended appended:
                CheckAppended(owner, (Append)request.Command, request.Tags, appended);
                break;
            case AppendReply.Repeated repeated:
                CheckDone(request, Records.ProducerNumber(((Append)request.Command).Producer!.Producer), shard.Current.Range, repeated.Position);
                break;
            case AppendReply.Refused { Error: not AppendError.OutcomeUnknown } when request.IsSentOnce:
                foreach (var tag in request.Tags) world.Ledger.Refused(tag);
                break;
            case AttachReply.Attached attached:
                var producer = ((Attach)request.Command).Producer;
                if (!shard.Current.Producers.TryGetValue(producer, out var entry) && shard.Current.Lifecycle == ShardLifecycle.Open || entry?.Epoch < ((Attach)request.Command).Epoch)
                    throw new Violation($"{owner} says that {request} is attached, which is not durable.");
                foreach (var part in attached.Positions) CheckDone(request, Records.ProducerNumber(producer), part.Range, part.Position);
                break;
            case CloseReply.Closed closed when shard.Current.ClosedRow != closed.ClosedRow || closed.ClosedRow == 0:
                throw new Violation($"{owner} says that it closed in row {closed.ClosedRow}; it did in {shard.Current.ClosedRow}.");
            case OpenReply.Opened when shard.Current.Lifecycle == ShardLifecycle.Unborn:
                throw new Violation($"{owner} says that it opened, which is not durable.");
            case TrimReply.Trimmed trimmed when shard.Current.TrimmedToRow < trimmed.TrimmedToRow:
                throw new Violation($"{owner} says that it gave up rows to {trimmed.TrimmedToRow}; durable is {shard.Current.TrimmedToRow}.");
        }
    }

    private void CheckAppended(ShardOwner owner, Append append, IReadOnlyList<Tag> tags, AppendReply.Appended appended)
    {
        var shard = world.Ledger.Shard(owner.Number);
        var where = $"{owner} acknowledges {string.Join(" ", tags)} in row {appended.Row}";
        // Of a row that another acknowledged, or nobody could, a later owner tells what it found.
        if (!appended.IsRepeat && !_ownerOfRow.TryAdd((owner.Number, appended.Row), owner.Id) && _ownerOfRow[(owner.Number, appended.Row)] is var other && other != owner.Id)
            throw new Violation($"{where}, as did owner {other}.");
        if (appended.Row > shard.Events.Count || shard.Events[(int)appended.Row - 1].Read() is not ShardEvents.RecordsAppended stored)
            throw new Violation($"{where}, where no records are.");
        CheckStillThere(where, owner.Number, appended.Row, shard);
        if (appended.Generation != shard.Current.Generation) throw new Violation($"{where} as generation {appended.Generation}.");
        if (append.Block.Count != appended.Count || tags.Count != appended.Count) throw new Violation($"{where} as {appended.Count} records.");
        var records = stored.Batch.RecordsFrom(appended.FirstIndex);
        foreach (var sent in append.Block)
        {
            if (!records.MoveNext()) throw new Violation($"{where}, whose batch ends before them.");
            var kept = records.Current;
            if (!kept.Data.SequenceEqual(sent.Data) || !kept.PartitionKey.SequenceEqual(sent.PartitionKey) || kept.ExplicitHashKey != sent.ExplicitHashKey)
                throw new Violation($"{where} at index {records.Index}, where {Tag.Read(kept.Data)} is.");
            if (records.ArrivalMs != appended.ArrivalMs) throw new Violation($"{where} as arrived at {appended.ArrivalMs}; stored is {records.ArrivalMs}.");
        }
    }

    /// <summary>The store itself, not only its history, must hold the row, unless it was given up since.</summary>
    private void CheckStillThere(string where, int number, long row, LedgerShard shard)
    {
        if (world.Store.Shard(number).Rows.TryGetValue(row, out var held))
        {
            if (!held.IsSameAs(shard.Events[(int)row - 1])) throw new Violation($"{where}, which holds {held}.");
        }
        else if (row > shard.Current.TrimmedToRow)
        {
            throw new Violation($"{where}, which is gone without having been given up.");
        }
    }

    /// <summary>A position answered as reached promises all outputs up to it, for every key of the range, in whatever shard.</summary>
    private void CheckDone(Request request, int producer, Shards.Keys.HashKeyRange range, ProducerPosition position)
    {
        var outputs = world.Producer(producer);
        for (var ordinal = 1; ordinal <= IdempotentProducer.OrdinalOf(position); ordinal++)
        {
            if (range.Contains(Records.HashOf(outputs.KeyOf(ordinal))) && world.Ledger.Find(new Tag(producer, ordinal, 0)) is null)
                throw new Violation($"{request} is answered with position {position} in {range}, but {producer}:{ordinal} is nowhere.");
        }
    }
}
