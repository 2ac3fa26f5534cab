using ActorStreams.Pipelines.Formats.Columns;

namespace ActorStreams.Pipelines.Formats;

public enum ParquetCompression
{
    Uncompressed,
    Snappy,
    Gzip,
    Zstd,
}

/// <summary>
/// JSON records as Parquet. A record that does not fit the columns is refused by <see cref="IObjectEncoder.Add"/>, with the column and the
/// value, and is not in the object. Timestamps are in microseconds without a zone (they are UTC), decimals of any precision are exact,
/// arrays and objects in text columns are their JSON.
/// </summary>
/// <param name="Columns">
/// Null: inferred from the first <see cref="InferredFromRecords"/> records of each object, all of which fit then; a later one that does not,
/// or has a key that none of them had, is refused. Two objects may have other columns, so what is read as one table wants them given.
/// </param>
public sealed record ParquetFormat(IReadOnlyList<Column>? Columns) : IObjectFormat
{
    public ParquetCompression Compression { get; init; } = ParquetCompression.Snappy;

    public JsonMapping Mapping { get; init; } = new();

    /// <summary>
    /// Of zstd, 1 to 22. The library's own default is far slower than 1, for few percent of the size.
    /// </summary>
    public int ZstdLevel { get; init; } = 1;

    /// <summary>
    /// What is held before a row group is written, in bytes of values; that much is in memory, and about as much again while it is written.
    /// Small groups compress and are read worse, large ones take memory for each object that is being made.
    /// </summary>
    public long RowGroupBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>Of a row group, whatever their size.</summary>
    public int RowGroupRowsMax { get; init; } = 1_000_000;

    /// <summary>Of a page within a column, in bytes; Firehose's default.</summary>
    public int PageBytes { get; init; } = 1024 * 1024;

    /// <summary>Values that come again and again are written once; it pays for names and enumerations, and costs little otherwise.</summary>
    public bool HasDictionaries { get; init; } = true;

    /// <summary>At most 8 MiB of them are held, if that are fewer records.</summary>
    public int InferredFromRecords { get; init; } = 1_000;

    public string Extension => ".parquet";

    public IObjectEncoder Open(Stream output) => Columns is { } columns
        ? new ParquetEncoder(output, this, columns, refusesOthers: false)
        : new InferringEncoder(InferredFromRecords, new ColumnInference(Mapping), inferred => new ParquetEncoder(output, this, inferred, refusesOthers: true));
}
