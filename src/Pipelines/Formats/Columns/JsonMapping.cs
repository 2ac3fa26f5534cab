using System.Collections.Immutable;

namespace ActorStreams.Pipelines.Formats.Columns;

/// <summary>How records' JSON is read into columns: the options of Firehose's OpenXJsonSerDe and HiveJsonSerDe.</summary>
public sealed record JsonMapping
{
    /// <summary>Keys are compared to columns in lower case. Off, two keys that differ only in case may have two columns.</summary>
    public bool CaseInsensitive { get; init; } = true;

    /// <summary><c>a.b</c> in the JSON is the column <c>a_b</c>.</summary>
    public bool ConvertDotsInJsonKeysToUnderscores { get; init; }

    /// <summary>The keys of columns that are called otherwise in the JSON, such as <c>ts</c> for <c>timestamp</c>.</summary>
    public ImmutableDictionary<string, string> ColumnToJsonKeyMappings { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Tried in order, before the forms that every timestamp may have.</summary>
    public ImmutableList<TimestampFormat> TimestampFormats { get; init; } = [];

    /// <summary>The key that a column has in the JSON.</summary>
    internal string KeyOf(Column column) => Normalized(ColumnToJsonKeyMappings.GetValueOrDefault(column.Name, column.Name), isColumn: true);

    internal string Normalized(string key, bool isColumn = false)
    {
        if (CaseInsensitive) key = key.ToLowerInvariant();
        return ConvertDotsInJsonKeysToUnderscores && !isColumn ? key.Replace('.', '_') : key;
    }
}

/// <summary>A format of Hive's timestamps: a pattern of Java's, or <c>millis</c> since 1970.</summary>
public sealed record TimestampFormat
{
    private TimestampFormat(JavaTimePattern? pattern) => Pattern = pattern;

    /// <summary>Null for <c>millis</c>.</summary>
    public JavaTimePattern? Pattern { get; }

    public static TimestampFormat? Parse(string text, out TextError? error)
    {
        error = null;
        if (text == "millis") return new TimestampFormat(pattern: null);
        var pattern = JavaTimePattern.Parse(text, out error);
        if (pattern is null) return null;
        error = pattern.ReadingProblem();
        return error is null ? new TimestampFormat(pattern) : null;
    }
}
