using ActorStreams.Shards.Encryption;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Store;

namespace ActorStreams.Shards.Verification;

/// <summary>What a batch is held to by those before it: one after the other, in the order of their rows.</summary>
/// <param name="closedRow">Row of the closing event, 0 while the shard is open.</param>
internal sealed class RowChecks(BatchOpener opener, long closedRow, Action<RowProblem> report)
{
    private readonly Dictionary<string, ProducerAdvance> _producers = new(StringComparer.Ordinal);
    private (long Row, long ArrivalMs) _last;

    public long Records { get; private set; }

    public long Unopened { get; private set; }

    public void Check(JournalRow row)
    {
        if (Decode(row) is not { } batch) return;
        var header = batch.Header;
        if (batch.Row != row.Row) Report(row, RowProblemKind.Order, $"It holds the batch that was written for row {batch.Row}.");
        if (closedRow != 0 && row.Row > closedRow) Report(row, RowProblemKind.Order, $"It holds records above row {closedRow}, with which the shard ended.");
        if (header.FirstArrivalMs < _last.ArrivalMs)
            Report(row, RowProblemKind.Time, $"Its first record arrived {_last.ArrivalMs - header.FirstArrivalMs} ms before the last one of row {_last.Row}.");
        _last = (row.Row, Math.Max(_last.ArrivalMs, header.LastArrivalMs));
        foreach (var advance in batch.Advances()) CheckProducer(row, advance);
        Records += header.Count;
        CheckRecords(row, batch);
    }

    private RecordBatch? Decode(JournalRow row)
    {
        try
        {
            return RecordBatch.Decode(row.Payload);
        }
        catch (DamagedBatchException e)
        {
            Report(row, RecordBatch.HasRightChecksum(row.Payload.Span) ? RowProblemKind.Header : RowProblemKind.Checksum, e.Message);
            return null;
        }
    }

    private void CheckProducer(JournalRow row, ProducerAdvance advance)
    {
        if (_producers.TryGetValue(advance.Producer, out var before))
        {
            if (advance.Position <= before.Position)
                Report(row, RowProblemKind.Producer, $"The position {advance.Position} of producer {advance.Producer} is not above {before.Position}, which it had reached.");
            if (advance.Epoch < before.Epoch)
                Report(row, RowProblemKind.Producer, $"Producer {advance.Producer} wrote under epoch {advance.Epoch} after epoch {before.Epoch}.");
        }
        _producers[advance.Producer] = advance;
    }

    private void CheckRecords(JournalRow row, RecordBatch batch)
    {
        try
        {
            batch.Calls();
            if (opener.Open(batch, out _) is not { } opened)
            {
                Unopened++;
                return;
            }
            var records = opened.RecordsFrom(0);
            while (records.MoveNext())
            {
            }
            if (records.Index + 1 != batch.Count)
                Report(row, RowProblemKind.Header, $"It holds {records.Index + 1} records where its header says {batch.Count}.");
        }
        catch (DamagedBatchException e)
        {
            Report(row, RowProblemKind.Header, e.Message);
        }
    }

    private void Report(JournalRow row, RowProblemKind kind, string detail) => report(new RowProblem(row.Row, kind, detail));
}
