using System.Text.Json;

namespace ActorStreams.Pipelines.Formats.Columns;

/// <summary>
/// Infers columns from records: truth values are boolean, whole numbers bigint, others double, all else text, also where kinds are mixed.
/// Columns stand in the order in which their keys came first. A key that has only null is text.
/// </summary>
/// <param name="nameProblem">What keeps a column's name from being one in the format, so that the record is refused; null where all names do.</param>
internal sealed class ColumnInference(JsonMapping mapping, Func<string, string?>? nameProblem = null)
{
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly List<(string Name, ColumnKind? Kind)> _columns = [];
    private readonly Dictionary<string, string> _columnByKey = mapping.ColumnToJsonKeyMappings.ToDictionary(m => mapping.Normalized(m.Value, isColumn: true), m => m.Key);

    /// <summary>What is wrong with the record, of which nothing is taken into account then. Throws what is wrong with its JSON.</summary>
    public string? Look(ReadOnlySpan<byte> record)
    {
        var seen = new List<(string Key, ColumnKind? Kind)>(_columns.Count);
        var reader = new Utf8JsonReader(record);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) return "The data is not a JSON object.";
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key;
            try
            {
                key = mapping.Normalized(reader.GetString()!);
            }
            catch (InvalidOperationException)
            {
                return "A key is not valid Unicode.";
            }
            if (!_places.ContainsKey(key) && nameProblem?.Invoke(ColumnOf(key)) is { } problem) return problem;
            reader.Read();
            var kind = KindOf(reader);
            if (reader.TokenType == JsonTokenType.String && !IsUnicode(reader)) return $"key `{key}`: the text is not valid Unicode";
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (!System.Text.Unicode.Utf8.IsValid(record[start..(int)reader.BytesConsumed])) return $"key `{key}`: the text is not valid Unicode";
            seen.Add((key, kind));
        }
        reader.Read();
        foreach (var (key, kind) in seen) Merge(key, kind);
        return null;
    }

    public IReadOnlyList<Column> Columns() => [.. _columns.Select(c => new Column(c.Name, new ColumnType(c.Kind ?? ColumnKind.String)))];

    private void Merge(string key, ColumnKind? kind)
    {
        if (!_places.TryGetValue(key, out var place))
        {
            _places[key] = _columns.Count;
            _columns.Add((ColumnOf(key), kind));
            return;
        }
        var known = _columns[place].Kind;
        ColumnKind? both = known is null || kind is null || known == kind ? known ?? kind
            : known is ColumnKind.BigInt or ColumnKind.Double && kind is ColumnKind.BigInt or ColumnKind.Double ? ColumnKind.Double
            : ColumnKind.String;
        _columns[place] = (_columns[place].Name, both);
    }

    private string ColumnOf(string key) => _columnByKey.GetValueOrDefault(key, key);

    private static ColumnKind? KindOf(in Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.True or JsonTokenType.False => ColumnKind.Boolean,
        JsonTokenType.Number when WholeNumbers.TryRead(reader.ValueSpan, out _) => ColumnKind.BigInt,
        // More digits than a bigint has are a name, not a measure: a double would make them another's.
        JsonTokenType.Number when reader.ValueSpan.IndexOfAny(".eE"u8) >= 0 && reader.TryGetDouble(out var number) && double.IsFinite(number) => ColumnKind.Double,
        _ => ColumnKind.String,
    };

    private static bool IsUnicode(in Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped) return true;
        try
        {
            _ = reader.GetString();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
