using System.Collections.Immutable;
using System.Text.Json.Nodes;
using ActorStreams.Pipelines.Formats;
using ActorStreams.Pipelines.Formats.Columns;

namespace ActorStreams.Pipelines.Firehose;

/// <summary>
/// Reads <c>DataFormatConversionConfiguration</c>. There is no Glue here: the table that it names is looked up in the settings, and one that is not named
/// means columns that are inferred.
/// </summary>
/// <param name="memory">Of all row groups of the node.</param>
internal sealed class ConversionReader(FirehoseOptions options, RowGroupMemory memory)
{
    /// <summary>A row group is in memory for each object that is open, and with partitions there are many.</summary>
    private const long PartitionRowGroupBytes = 2 << 20;

    /// <param name="avro">Codec where objects are Avro; null for what the document's serializer says.</param>
    public IObjectFormat? Read(DeliveryDocument conversion, bool isPartitioned, AvroCodec? avro)
    {
        var mapping = Mapping(conversion.Object("InputFormatConfiguration")?.Object("Deserializer"));
        if (!TryColumns(conversion, out var columns)) return null;
        return avro is { } codec ? Avro(conversion, columns, mapping, codec) : Parquet(conversion, columns, mapping, isPartitioned);
    }

    private static AvroFormat? Avro(DeliveryDocument conversion, IReadOnlyList<Column>? columns, JsonMapping mapping, AvroCodec codec)
    {
        var wrong = (columns ?? []).Select(c => AvroSchemas.NameProblem(c.Name)).OfType<string>().ToList();
        foreach (var problem in wrong) conversion.Object("SchemaConfiguration")!.Report("TableName", $"{problem}.");
        return wrong.Count == 0 ? new AvroFormat(columns) { Codec = codec, Mapping = mapping } : null;
    }

    private ParquetFormat? Parquet(DeliveryDocument conversion, IReadOnlyList<Column>? columns, JsonMapping mapping, bool isPartitioned)
    {
        var output = conversion.Object("OutputFormatConfiguration")?.Object("Serializer");
        if (output?.Object("ParquetSerDe") is not { } parquet)
        {
            conversion.Report("OutputFormatConfiguration.Serializer", "ParquetSerDe is wanted, or the processor AvroSerDe; there is no writer of other formats here.");
            return null;
        }
        var isNamed = Enum.TryParse<ParquetCompression>(parquet.Text("Compression") ?? "SNAPPY", ignoreCase: true, out var compression);
        if (!isNamed) parquet.Report("Compression", $"'{parquet.Text("Compression")}' is none of UNCOMPRESSED, GZIP, SNAPPY, ZSTD.");
        var format = new ParquetFormat(columns) { Compression = compression, Mapping = mapping, Memory = memory };
        if (isPartitioned) format = format with { RowGroupBytes = PartitionRowGroupBytes };
        if (parquet.Number("PageSizeBytes") is { } page) format = format with { PageBytes = (int)page };
        return format with { HasDictionaries = parquet.Root["EnableDictionaryCompression"] is null ? format.HasDictionaries : parquet.Flag("EnableDictionaryCompression") };
    }

    private bool TryColumns(DeliveryDocument conversion, out IReadOnlyList<Column>? columns)
    {
        columns = null;
        if (conversion.Object("SchemaConfiguration") is not { } schema || schema.Text("TableName") is not { } table) return true;
        var name = $"{schema.Text("DatabaseName") ?? "default"}.{table}";
        if (!options.Tables.TryGetValue(name, out var described))
        {
            schema.Report("TableName", $"the table '{name}' has no columns here; list them in the setting ActorStreams:Firehose:Tables:{name}, or name no table to have them inferred.");
            return false;
        }
        columns = [.. described.Select(text => TableColumn.Parse(text, out _)!)];
        return true;
    }

    private static JsonMapping Mapping(DeliveryDocument? deserializer)
    {
        var mapping = new JsonMapping();
        if (deserializer?.Object("OpenXJsonSerDe") is { } openX)
        {
            mapping = mapping with
            {
                CaseInsensitive = openX.Root["CaseInsensitive"] is null || openX.Flag("CaseInsensitive"),
                ConvertDotsInJsonKeysToUnderscores = openX.Flag("ConvertDotsInJsonKeysToUnderscores"),
                ColumnToJsonKeyMappings = openX.Root["ColumnToJsonKeyMappings"] is JsonObject keys
                    ? keys.ToImmutableDictionary(k => k.Key, k => k.Value!.GetValue<string>())
                    : ImmutableDictionary<string, string>.Empty,
            };
        }
        if (deserializer?.Object("HiveJsonSerDe") is not { } hive || hive.Root["TimestampFormats"] is not JsonArray formats) return mapping;
        var patterns = ImmutableList.CreateBuilder<TimestampFormat>();
        foreach (var text in formats.Select(f => f!.GetValue<string>()))
        {
            if (TimestampFormat.Parse(text, out var error) is { } pattern) patterns.Add(pattern);
            else hive.Report("TimestampFormats", $"'{text}', character {error!.Position}: {error.Message}");
        }
        return mapping with { TimestampFormats = patterns.ToImmutable() };
    }
}

/// <summary>A column as it is written in settings: its name and its type, such as <c>temp double</c>.</summary>
public static class TableColumn
{
    /// <summary>Null with what is wrong.</summary>
    public static Column? Parse(string text, out string? error)
    {
        error = null;
        if (text.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is not [var name, var type])
        {
            error = $"'{text}' is no column; name and type are wanted, such as temp double.";
            return null;
        }
        return ColumnType.Parse(type, out error) is { } parsed ? new Column(name, parsed) : null;
    }
}
