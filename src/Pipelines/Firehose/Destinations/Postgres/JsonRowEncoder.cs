using System.Text;
using System.Text.Json;

namespace ActorStreams.Pipelines.Firehose.Destinations.Postgres;

/// <summary>One JSON object; members that name no column are left out, columns without a member are null. The last of two members counts.</summary>
internal sealed class JsonRowEncoder(IReadOnlyList<CopyColumn> columns, CopyOptions options) : RowEncoder(columns, options)
{
    private readonly Place[] _places = new Place[columns.Count];
    private byte[] _unescaped = new byte[256];

    protected override string? Fields(ReadOnlySpan<byte> record, RowBuffer row)
    {
        Array.Clear(_places);
        try
        {
            var reader = new Utf8JsonReader(record);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return "The record is no JSON object.";
            for (var expected = 0; reader.Read() && reader.TokenType == JsonTokenType.PropertyName;)
            {
                var column = ColumnOf(ref reader, expected);
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                var (type, escaped) = (reader.TokenType, reader.TokenType == JsonTokenType.String && reader.ValueIsEscaped);
                reader.Skip();
                if (column < 0) continue;
                _places[column] = new Place(type, start, (int)reader.BytesConsumed - start, escaped);
                expected = column + 1;
            }
            // What follows the object is found by reading on.
            reader.Read();
            for (var i = 0; i < _places.Length; i++)
            {
                if (Write(i, ValueOf(record, _places[i]), row) is { } reason) return reason;
            }
            return null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return $"The record is not valid JSON: {e.Message}";
        }
    }

    /// <summary>Records mostly have their members in one order, so that the next column is the likely one; -1 for none.</summary>
    private int ColumnOf(ref Utf8JsonReader reader, int expected)
    {
        if (expected < Columns.Count && reader.ValueTextEquals(Columns[expected].NameBytes)) return expected;
        for (var i = 0; i < Columns.Count; i++)
        {
            if (reader.ValueTextEquals(Columns[i].NameBytes)) return i;
        }
        if (reader.ValueIsEscaped) return -1;
        for (var i = 0; i < Columns.Count; i++)
        {
            if (Ascii.EqualsIgnoreCase(reader.ValueSpan, Columns[i].NameBytes)) return i;
        }
        return -1;
    }

    private FieldValue ValueOf(ReadOnlySpan<byte> record, Place place)
    {
        var json = record.Slice(place.Start, place.Length);
        return place.Type switch
        {
            JsonTokenType.None or JsonTokenType.Null => default,
            JsonTokenType.String when place.IsEscaped => new FieldValue(FieldKind.Text, Unescaped(json), json),
            JsonTokenType.String => new FieldValue(FieldKind.Text, json[1..^1], json),
            JsonTokenType.Number => new FieldValue(FieldKind.Number, json, json),
            JsonTokenType.True => new FieldValue(FieldKind.True, json, json),
            JsonTokenType.False => new FieldValue(FieldKind.False, json, json),
            _ => new FieldValue(FieldKind.Nested, json, json),
        };
    }

    private ReadOnlySpan<byte> Unescaped(ReadOnlySpan<byte> json)
    {
        if (_unescaped.Length < json.Length) _unescaped = new byte[json.Length * 2];
        var reader = new Utf8JsonReader(json);
        reader.Read();
        return _unescaped.AsSpan(0, reader.CopyString(_unescaped));
    }

    /// <summary>Where a column's value stands in the record.</summary>
    private readonly record struct Place(JsonTokenType Type, int Start, int Length, bool IsEscaped);
}
