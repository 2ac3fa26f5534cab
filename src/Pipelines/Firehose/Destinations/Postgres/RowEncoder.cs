namespace ActorStreams.Pipelines.Firehose.Destinations.Postgres;

/// <summary>Records to rows of the binary COPY format. Not for several threads.</summary>
internal abstract class RowEncoder(IReadOnlyList<CopyColumn> columns, CopyOptions options)
{
    private readonly FieldWriter _writer = new(options);

    protected IReadOnlyList<CopyColumn> Columns => columns;

    public static RowEncoder Of(IReadOnlyList<CopyColumn> columns, CopyOptions options) =>
        options.Format == CopyFormat.Csv ? new CsvRowEncoder(columns, options) : new JsonRowEncoder(columns, options);

    /// <summary>Why the record is no row, in which case nothing of it is in the buffer; null when it was appended.</summary>
    public string? Add(ReadOnlySpan<byte> record, RowBuffer row)
    {
        var start = row.Length;
        row.Int16(columns.Count);
        if (Fields(record, row) is not { } reason) return null;
        row.Truncate(start);
        return reason;
    }

    /// <summary>Appends the record's value of each column, in order, or says why not.</summary>
    protected abstract string? Fields(ReadOnlySpan<byte> record, RowBuffer row);

    protected string? Write(int column, FieldValue value, RowBuffer row) => _writer.Write(columns[column], value, row);
}
