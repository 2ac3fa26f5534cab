namespace ActorStreams.Pipelines.Firehose.Destinations.Postgres;

/// <summary>One run of a batch's records into a COPY.</summary>
/// <param name="refused">Records to leave out, by ordinal, with the server's reason from a run before.</param>
/// <param name="failedMax">Records that may be no rows.</param>
internal sealed class CopyRun(CopyBatch batch, IReadOnlyDictionary<int, string> refused, int failedMax)
{
    private readonly List<CopyFailure> _failed = [];
    private int _records;

    public CopyBatch Batch => batch;

    public long Rows { get; private set; }

    public IReadOnlyList<CopyFailure> Failed => _failed;

    public async Task WriteAsync(Stream copy, RowEncoder encoder, int chunkBytes, CancellationToken cancel)
    {
        var rows = new RowBuffer();
        rows.Header();
        foreach (var record in batch.Records)
        {
            Encode(record, encoder, rows);
            if (rows.Length < chunkBytes) continue;
            await copy.WriteAsync(rows.Written, cancel);
            rows.Truncate(0);
        }
        // No row has this number of columns: the end.
        rows.Int16(-1);
        await copy.WriteAsync(rows.Written, cancel);
    }

    /// <summary>Which record was the row of this number, from 1.</summary>
    public int? OrdinalOf(int row)
    {
        var ordinal = row - 1;
        foreach (var failure in _failed)
        {
            if (failure.Ordinal > ordinal) break;
            ordinal++;
        }
        return ordinal >= 0 && ordinal < _records ? ordinal : null;
    }

    private void Encode(ReadOnlyMemory<byte> record, RowEncoder encoder, RowBuffer rows)
    {
        var ordinal = _records++;
        var reason = refused.GetValueOrDefault(ordinal) ?? encoder.Add(record.Span, rows);
        if (reason is null) Rows++;
        else if (_failed.Count < failedMax) _failed.Add(new CopyFailure(ordinal, reason));
        else throw new CopyTableException($"More than {failedMax} records of the batch are no rows, so that the batch as a whole is left out; the first: {_failed[0].Reason} The last: {reason}");
    }
}
