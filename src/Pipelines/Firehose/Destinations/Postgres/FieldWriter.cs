using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace ActorStreams.Pipelines.Firehose.Destinations.Postgres;

/// <summary>Fields to the binary values of their columns' types. Whatever the server would refuse for its type is found here, by column.</summary>
internal sealed class FieldWriter(CopyOptions options)
{
    private const int ShownMax = 64;

    /// <summary>Why the field is no value of the column; null when it was appended.</summary>
    public string? Write(CopyColumn column, FieldValue field, RowBuffer row)
    {
        if (field.Kind == FieldKind.Null)
        {
            if (column.NotNull) return $"The column '{column.Name}' takes no null, and the record has no value for it.";
            row.Null();
            return null;
        }
        return column.Type switch
        {
            CopyType.Text => Text(column, field, row),
            CopyType.Json or CopyType.Jsonb => Json(column, field, row),
            _ when field.Kind == FieldKind.Nested => Unfit(column, field, "no object or array"),
            CopyType.Bool => Bool(column, field, row),
            CopyType.Int2 or CopyType.Int4 or CopyType.Int8 => Integer(column, field, row),
            CopyType.Float4 or CopyType.Float8 => Float(column, field, row),
            CopyType.Numeric => NumericText.Write(field.Text, column, row) switch
            {
                NumericText.Result.NoNumber => Unfit(column, field, "a decimal number"),
                NumericText.Result.TooLarge => Unfit(column, field, "no number of so many digits"),
                _ => null,
            },
            CopyType.Timestamp or CopyType.TimestampTz or CopyType.Date => Time(column, field, row),
            CopyType.Uuid => Uuid(column, field, row),
            CopyType.Bytea => Bytea(column, field, row),
            _ => throw new InvalidOperationException($"The type {column.Type} has no conversion."),
        };
    }

    private static string? Text(CopyColumn column, FieldValue field, RowBuffer row)
    {
        var text = field.Text;
        if (text.Contains((byte)0)) return Unfit(column, field, "no zero character");
        if (!Utf8.IsValid(text)) return Unfit(column, field, "valid UTF-8 alone");
        if (column.LengthMax is { } max && text.Length > max && Encoding.UTF8.GetCharCount(text) - SurrogatePairs(text) > max)
            return Unfit(column, field, string.Create(CultureInfo.InvariantCulture, $"at most {max} characters"));
        row.Value(text);
        return null;
    }

    /// <summary>Characters that count twice in .NET and once in the server.</summary>
    private static int SurrogatePairs(ReadOnlySpan<byte> text)
    {
        const byte fourBytes = 0xF0;
        var count = 0;
        foreach (var b in text)
        {
            if (b >= fourBytes) count++;
        }
        return count;
    }

    private static string? Json(CopyColumn column, FieldValue field, RowBuffer row)
    {
        var json = field.Json.IsEmpty ? field.Text : field.Json;
        if (!Utf8.IsValid(json) || (field.Json.IsEmpty && !IsJson(json))) return Unfit(column, field, "valid JSON");
        // The server has no zero character, and its binary JSON would say so for the whole batch.
        if (column.Type == CopyType.Jsonb && HasZeroEscape(json)) return Unfit(column, field, "no zero character");
        if (column.Type == CopyType.Json)
        {
            row.Value(json);
            return null;
        }
        row.Int32(json.Length + 1);
        row.Take(1)[0] = 1;
        json.CopyTo(row.Take(json.Length));
        return null;
    }

    private static bool HasZeroEscape(ReadOnlySpan<byte> json)
    {
        for (int at; (at = json.IndexOf("\\u0000"u8)) >= 0; json = json[(at + 1)..])
        {
            // After an odd number of backslashes this one is text itself.
            var before = json[..at];
            if ((at - before.TrimEnd((byte)'\\').Length) % 2 == 0) return true;
        }
        return false;
    }

    private static bool IsJson(ReadOnlySpan<byte> text)
    {
        try
        {
            var reader = new Utf8JsonReader(text);
            while (reader.Read())
            {
            }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string? Bool(CopyColumn column, FieldValue field, RowBuffer row)
    {
        bool? value = field.Kind switch
        {
            FieldKind.True => true,
            FieldKind.False => false,
            _ when Is(field.Text, "true"u8) || Is(field.Text, "t"u8) || Is(field.Text, "yes"u8) || Is(field.Text, "y"u8) || Is(field.Text, "on"u8) || Is(field.Text, "1"u8) => true,
            _ when Is(field.Text, "false"u8) || Is(field.Text, "f"u8) || Is(field.Text, "no"u8) || Is(field.Text, "n"u8) || Is(field.Text, "off"u8) || Is(field.Text, "0"u8) => false,
            _ => null,
        };
        if (value is null) return Unfit(column, field, "true or false, t or f, yes or no, y or n, on or off, 1 or 0");
        row.Value8(value.Value ? (byte)1 : (byte)0);
        return null;
    }

    private static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word) => Ascii.EqualsIgnoreCase(text, word);

    private static string? Integer(CopyColumn column, FieldValue field, RowBuffer row)
    {
        var (min, max) = column.Type switch
        {
            CopyType.Int2 => (short.MinValue, short.MaxValue),
            CopyType.Int4 => (int.MinValue, int.MaxValue),
            _ => (long.MinValue, long.MaxValue),
        };
        if (!Utf8Parser.TryParse(field.Text, out long value, out var read) || read != field.Text.Length || value < min || value > max)
            return Unfit(column, field, string.Create(CultureInfo.InvariantCulture, $"a whole number from {min} to {max}"));
        if (column.Type == CopyType.Int2) row.Value16((short)value);
        else if (column.Type == CopyType.Int4) row.Value32((int)value);
        else row.Value64(value);
        return null;
    }

    private static string? Float(CopyColumn column, FieldValue field, RowBuffer row)
    {
        double value;
        if (field.Text.SequenceEqual("NaN"u8)) value = double.NaN;
        else if (field.Text.SequenceEqual("Infinity"u8)) value = double.PositiveInfinity;
        else if (field.Text.SequenceEqual("-Infinity"u8)) value = double.NegativeInfinity;
        else if (field.Text.IsEmpty || char.IsAsciiLetter((char)field.Text[^1]) || !Utf8Parser.TryParse(field.Text, out value, out var read) || read != field.Text.Length)
            return Unfit(column, field, "a number");
        else if (!double.IsFinite(column.Type == CopyType.Float4 ? (float)value : value)) return Unfit(column, field, "a number of that range");
        if (column.Type == CopyType.Float4) row.Value32(BitConverter.SingleToInt32Bits((float)value));
        else row.Value64(BitConverter.DoubleToInt64Bits(value));
        return null;
    }

    private string? Time(CopyColumn column, FieldValue field, RowBuffer row)
    {
        if (field.Kind == FieldKind.Number || (column.Type != CopyType.Date && options.Epoch != CopyEpoch.None && IsWhole(field.Text)))
            return OfEpoch(column, field, row);
        if (column.Type == CopyType.Date)
        {
            if (!TimeText.TryDate(field.Text, out var days)) return Unfit(column, field, "a date such as 2026-01-15");
            row.Value32(days);
            return null;
        }
        if (!TimeText.TryTimestamp(field.Text, out var micros)) return Unfit(column, field, "a time such as 2026-01-15T10:00:00.123Z");
        row.Value64(micros);
        return null;
    }

    private string? OfEpoch(CopyColumn column, FieldValue field, RowBuffer row)
    {
        // From the year 1 to the year 9999, in either unit well inside of what follows.
        const long secondsMax = 253_402_300_799;
        var max = options.Epoch == CopyEpoch.Seconds ? secondsMax : secondsMax * 1_000;
        if (options.Epoch == CopyEpoch.None || column.Type == CopyType.Date) return Unfit(column, field, "text such as 2026-01-15");
        if (!Utf8Parser.TryParse(field.Text, out long value, out var read) || read != field.Text.Length || value < -max / 4 || value > max)
            return Unfit(column, field, $"whole {(options.Epoch == CopyEpoch.Seconds ? "seconds" : "milliseconds")} since 1970");
        row.Value64(TimeText.OfUnix(value, options.Epoch));
        return null;
    }

    private static bool IsWhole(ReadOnlySpan<byte> text) => text.Length > 0 && text.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;

    private static string? Uuid(CopyColumn column, FieldValue field, RowBuffer row)
    {
        var format = field.Text.Length switch { 32 => 'N', 38 => 'B', _ => 'D' };
        if (!Utf8Parser.TryParse(field.Text, out Guid value, out var read, format) || read != field.Text.Length) return Unfit(column, field, "a UUID");
        row.Int32(16);
        value.TryWriteBytes(row.Take(16), bigEndian: true, out _);
        return null;
    }

    private static string? Bytea(CopyColumn column, FieldValue field, RowBuffer row)
    {
        var text = field.Text;
        if (text.StartsWith("\\x"u8))
        {
            var start = row.Length;
            row.Int32((text.Length - 2) / 2);
            if (text.Length % 2 == 0 && Convert.FromHexString(text[2..], row.Take((text.Length - 2) / 2), out _, out _) == OperationStatus.Done) return null;
            row.Truncate(start);
            return Unfit(column, field, "hexadecimal digits after \\x");
        }
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        if (Base64.DecodeFromUtf8(text, bytes, out _, out var written) != OperationStatus.Done) return Unfit(column, field, "base64, or hexadecimal digits after \\x");
        row.Value(bytes.AsSpan(0, written));
        return null;
    }

    private static string Unfit(CopyColumn column, FieldValue field, string allowed)
    {
        var text = Encoding.UTF8.GetString(field.Text[..Math.Min(field.Text.Length, ShownMax)]);
        return $"The column '{column.Name}' ({column.TypeName}) takes {allowed}, not '{text}'{(field.Text.Length > ShownMax ? "..." : "")}.";
    }
}
