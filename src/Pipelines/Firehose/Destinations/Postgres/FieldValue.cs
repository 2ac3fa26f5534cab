namespace ActorStreams.Pipelines.Firehose.Destinations.Postgres;

internal enum FieldKind
{
    /// <summary>Not there, or null.</summary>
    Null,
    Text,
    Number,
    True,
    False,

    /// <summary>A JSON object or array.</summary>
    Nested,
}

/// <summary>A field of a record.</summary>
/// <param name="text">Unescaped, without quotes; of numbers and nested values as they stand.</param>
/// <param name="json">As it stands in a JSON record, quotes and escapes included; empty for CSV.</param>
internal readonly ref struct FieldValue(FieldKind kind, ReadOnlySpan<byte> text, ReadOnlySpan<byte> json)
{
    public FieldKind Kind { get; } = kind;

    public ReadOnlySpan<byte> Text { get; } = text;

    public ReadOnlySpan<byte> Json { get; } = json;
}
