using System.Collections.Immutable;

namespace ActorStreams.Pipelines.Firehose.Destinations.Postgres;

public enum CopyFormat
{
    /// <summary>A record is one JSON object; a column takes the member of its name, in whatever case.</summary>
    Json = 1,

    /// <summary>A record is one line, its fields in the order of the columns; a field that is empty and not quoted is null.</summary>
    Csv = 2,
}

/// <summary>What a number means where a column wants a time.</summary>
public enum CopyEpoch
{
    /// <summary>Nothing: it is refused.</summary>
    None,
    Seconds,
    Milliseconds,
}

/// <summary>A table that rows are delivered to.</summary>
/// <param name="Table">As the catalogue has it, not quoted.</param>
public sealed record CopyOptions(string ConnectionString, string Table, CopyFormat Format)
{
    public string Schema { get; init; } = "public";

    /// <summary>
    /// Columns to fill, in the order of CSV's fields. Empty for all that are neither generated nor an identity nor numbered by a sequence, in
    /// the table's own order.
    /// </summary>
    public ImmutableArray<string> Columns { get; init; } = [];

    public char CsvDelimiter { get; init; } = ',';

    public CopyEpoch Epoch { get; init; }

    /// <summary>For one try of a batch, default 5 minutes.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long to wait for the table while others hold it, default 10 s.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Rows of a batch that the server may refuse, for a unique key or a check, default 20. Each costs another run of the batch, and with more
    /// the batch as a whole is what is wrong.
    /// </summary>
    public int RefusedRowsMax { get; init; } = 20;

    /// <summary>
    /// Records of a batch that may be no rows, default 100,000, the most that COPY's MAXERROR may be on Redshift: they are held and noted with the batch. With more
    /// the batch as a whole is what is wrong.
    /// </summary>
    public int FailedRowsMax { get; init; } = 100_000;

    /// <summary>No secret gets into a log by way of a record's text.</summary>
    public override string ToString() => $"CopyOptions {{ Table = {Schema}.{Table} }}";
}
