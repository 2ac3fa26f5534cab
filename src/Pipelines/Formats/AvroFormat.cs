using System.IO.Compression;
using ActorStreams.Pipelines.Formats.Columns;

namespace ActorStreams.Pipelines.Formats;

public enum AvroCodec
{
    None,
    Deflate,
}

/// <summary>
/// JSON records as an Avro object container. Columns, mapping and refusals are those of <see cref="ParquetFormat"/>. The marker between
/// blocks, which the specification wants random, follows from the schema: the same records give the same bytes.
/// </summary>
public sealed record AvroFormat(IReadOnlyList<Column>? Columns) : IObjectFormat
{
    /// <summary>Of the schema.</summary>
    public string RecordName { get; init; } = "Record";

    public AvroCodec Codec { get; init; } = AvroCodec.Deflate;

    public CompressionLevel Level { get; init; } = CompressionLevel.Fastest;

    public JsonMapping Mapping { get; init; } = new();

    /// <summary>Of a block before compression; that much is held.</summary>
    public int BlockBytes { get; init; } = 64 * 1024;

    public int InferredFromRecords { get; init; } = 1_000;

    public string Extension => ".avro";

    public IObjectEncoder Open(Stream output) => Columns is { } columns
        ? new AvroEncoder(output, this, columns, refusesOthers: false)
        : new InferringEncoder(InferredFromRecords, new ColumnInference(Mapping, AvroSchemas.NameProblem), inferred => new AvroEncoder(output, this, inferred, refusesOthers: true));
}
