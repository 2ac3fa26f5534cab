using System.Globalization;
using System.Text.Json;
using ParquetSharp;
using Encoding = System.Text.Encoding;

namespace ActorStreams.Pipelines.Formats.Columns;

/// <summary>
/// The values of one column until they are written, used again for the next ones. A record's value is set first and kept or undone at its
/// end: what cannot be encoded leaves nothing behind.
/// </summary>
internal abstract class ColumnBuffer(Column column)
{
    private short[] _levels = new short[1_024];
    private bool _isSet;

    public Column Column => column;

    public int Rows { get; private set; }

    /// <summary>What the values take.</summary>
    public abstract long HeldBytes { get; }

    /// <summary>1 where there is a value, 0 for null; Parquet's definition levels.</summary>
    protected ReadOnlySpan<short> Levels => _levels.AsSpan(0, Rows);

    public bool IsNull(int row) => _levels[row] == 0;

    /// <summary>Takes the value that the reader stands on, and leaves it at the value's end. A key that comes again replaces the value.</summary>
    /// <returns>What is wrong with it, without the column's name.</returns>
    public string? Set(ref Utf8JsonReader reader, ReadOnlySpan<byte> record)
    {
        Undo();
        if (reader.TokenType == JsonTokenType.Null) return null;
        var problem = Append(ref reader, record);
        _isSet = problem is null;
        return problem;
    }

    public void Undo()
    {
        if (_isSet) RemoveLast();
        _isSet = false;
    }

    /// <summary>Whether the record may end as it is.</summary>
    public bool MayEnd => _isSet || column.IsNullable;

    public void EndRow()
    {
        if (Rows == _levels.Length) Array.Resize(ref _levels, Rows * 2);
        _levels[Rows++] = _isSet ? (short)1 : (short)0;
        _isSet = false;
    }

    public void Clear()
    {
        Rows = 0;
        ClearValues();
    }

    public abstract void WriteTo(ColumnWriter writer);

    /// <summary>Writes the values one by one, in order; nulls are the caller's to write.</summary>
    public abstract void WriteNext(ref AvroWriter output);

    protected abstract string? Append(ref Utf8JsonReader reader, ReadOnlySpan<byte> record);

    protected abstract void RemoveLast();

    protected abstract void ClearValues();

    /// <summary>Of a value that is none of the column's type.</summary>
    protected string Refuse(in Utf8JsonReader reader) => $"{Shown(reader)} is no {column.Type}";

    /// <summary>The text of a number or a text without escapes, which is all that numbers and times need.</summary>
    protected static bool TryPlain(in Utf8JsonReader reader, out ReadOnlySpan<byte> text)
    {
        text = reader.TokenType is JsonTokenType.String or JsonTokenType.Number && !reader.ValueIsEscaped ? reader.ValueSpan : default;
        return !text.IsEmpty;
    }

    private static string Shown(in Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => $"text \"{Shortened(reader.ValueSpan)}\"",
        JsonTokenType.Number => Shortened(reader.ValueSpan),
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        JsonTokenType.StartArray => "an array",
        _ => "an object",
    };

    private static string Shortened(ReadOnlySpan<byte> text)
    {
        const int shown = 40;
        return text.Length <= shown ? Encoding.UTF8.GetString(text) : string.Create(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetString(text[..shown])}...");
    }
}
