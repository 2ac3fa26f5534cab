namespace ActorStreams.Pipelines.Firehose.Destinations.Postgres;

/// <summary>One run of a batch's records into a COPY.</summary>
/// <param name="refused">Records to leave out, by ordinal, with the server's reason from a run before.</param>
internal sealed class CopyRun(CopyBatch batch, IReadOnlyDictionary<int, string> refused)
{
    private readonly List<CopyFailure> _failed = [];

    public CopyBatch Batch => batch;

    public long Rows { get; private set; }

    public IReadOnlyList<CopyFailure> Failed => _failed;

    public async Task WriteAsync(Stream copy, RowEncoder encoder, int chunkBytes, CancellationToken cancel)
    {
        var rows = new RowBuffer();
        rows.Header();
        for (var next = 0; next < batch.Records.Count;)
        {
            next = Encode(next, encoder, rows, chunkBytes);
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
        return ordinal >= 0 && ordinal < batch.Records.Count ? ordinal : null;
    }

    /// <summary>Records until the chunk is full; the first one after it.</summary>
    private int Encode(int next, RowEncoder encoder, RowBuffer rows, int chunkBytes)
    {
        for (; next < batch.Records.Count && rows.Length < chunkBytes; next++)
        {
            var reason = refused.GetValueOrDefault(next) ?? encoder.Add(batch.Records[next].Span, rows);
            if (reason is null) Rows++;
            else _failed.Add(new CopyFailure(next, reason));
        }
        return next;
    }
}
