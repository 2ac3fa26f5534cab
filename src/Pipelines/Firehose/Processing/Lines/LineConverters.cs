namespace ActorStreams.Pipelines.Firehose.Processing.Lines;

/// <summary>Converters as settings describe them.</summary>
public static class LineConverters
{
    /// <summary>Null where the options ask for no lines, or with what is wrong with them.</summary>
    public static ILineConverter? Of(TransformOptions options, out string? error)
    {
        error = null;
        if (options.Csv is { } csv) return CsvOf(csv, out error);
        return options.Log is { } log ? LogToJson.Create(log.Format, log.Pattern, log.Fields, out error) : null;
    }

    private static CsvToJson? CsvOf(CsvLineOptions csv, out string? error)
    {
        var delimiter = csv.Delimiter == @"\t" ? "\t" : csv.Delimiter;
        error = delimiter.Length != 1 || delimiter is "\"" or "\n" or "\r" ? $"Delimiter: '{csv.Delimiter}' is not one character other than a quote or a line's end."
            : csv.Fields.IsDefaultOrEmpty ? "Fields: the names of the values are missing."
            : csv.Fields.Distinct(StringComparer.Ordinal).Count() < csv.Fields.Length ? "Fields: a name stands there twice."
            : null;
        return error is null ? new CsvToJson(csv.Fields, delimiter[0]) : null;
    }
}
