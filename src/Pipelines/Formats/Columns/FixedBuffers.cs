using System.Buffers.Text;
using System.Text.Json;

namespace ActorStreams.Pipelines.Formats.Columns;

internal sealed class BooleanBuffer(Column column) : FixedBuffer<bool>(column)
{
    protected override bool TryRead(ref Utf8JsonReader reader, out bool value)
    {
        value = reader.TokenType == JsonTokenType.True || (reader.TokenType == JsonTokenType.String && IsText(reader, "true"u8));
        return value || reader.TokenType == JsonTokenType.False || (reader.TokenType == JsonTokenType.String && IsText(reader, "false"u8));
    }

    protected override void Write(ref AvroWriter output, bool value) => output.WriteBoolean(value);

    private static bool IsText(in Utf8JsonReader reader, ReadOnlySpan<byte> wanted) => System.Text.Ascii.EqualsIgnoreCase(reader.ValueSpan, wanted);
}

/// <summary>Also of the smaller whole numbers, within their bounds.</summary>
internal sealed class IntBuffer(Column column) : FixedBuffer<int>(column)
{
    private readonly (long Min, long Max) _bounds = column.Type.Kind switch
    {
        ColumnKind.TinyInt => (sbyte.MinValue, sbyte.MaxValue),
        ColumnKind.SmallInt => (short.MinValue, short.MaxValue),
        _ => (int.MinValue, int.MaxValue),
    };

    protected override bool TryRead(ref Utf8JsonReader reader, out int value)
    {
        value = 0;
        if (!TryPlain(reader, out var text) || !WholeNumbers.TryRead(text, out var number) || number < _bounds.Min || number > _bounds.Max) return false;
        value = (int)number;
        return true;
    }

    protected override void Write(ref AvroWriter output, int value) => output.WriteLong(value);
}

internal sealed class LongBuffer(Column column) : FixedBuffer<long>(column)
{
    protected override bool TryRead(ref Utf8JsonReader reader, out long value)
    {
        value = 0;
        return TryPlain(reader, out var text) && WholeNumbers.TryRead(text, out value);
    }

    protected override void Write(ref AvroWriter output, long value) => output.WriteLong(value);
}

internal sealed class FloatBuffer(Column column) : FixedBuffer<float>(column)
{
    protected override bool TryRead(ref Utf8JsonReader reader, out float value)
    {
        value = 0;
        return TryPlain(reader, out var text) && Utf8Parser.TryParse(text, out value, out var read) && read == text.Length && float.IsFinite(value);
    }

    protected override void Write(ref AvroWriter output, float value) => output.WriteFloat(value);
}

internal sealed class DoubleBuffer(Column column) : FixedBuffer<double>(column)
{
    protected override bool TryRead(ref Utf8JsonReader reader, out double value)
    {
        value = 0;
        return TryPlain(reader, out var text) && Utf8Parser.TryParse(text, out value, out var read) && read == text.Length && double.IsFinite(value);
    }

    protected override void Write(ref AvroWriter output, double value) => output.WriteDouble(value);
}

/// <summary>Days since 1970.</summary>
internal sealed class DateBuffer(Column column) : FixedBuffer<int>(column)
{
    protected override bool TryRead(ref Utf8JsonReader reader, out int value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.String && TryPlain(reader, out var text) && Timestamps.TryReadDate(text, out value);
    }

    protected override void Write(ref AvroWriter output, int value) => output.WriteLong(value);
}

/// <summary>Microseconds since 1970, UTC.</summary>
internal sealed class TimestampBuffer(Column column, IReadOnlyList<TimestampFormat> formats) : FixedBuffer<long>(column)
{
    // Within the text of a pattern anything may be escaped; a time that has escapes is of no form known before.
    protected override bool TryRead(ref Utf8JsonReader reader, out long value)
    {
        value = 0;
        if (TryPlain(reader, out var text)) return Timestamps.TryRead(text, formats, out value);
        if (reader.TokenType != JsonTokenType.String || formats.Count == 0 || reader.ValueSpan.Length > 256) return false;
        Span<byte> unescaped = stackalloc byte[256];
        try
        {
            return Timestamps.TryRead(unescaped[..reader.CopyString(unescaped)], formats, out value);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    protected override void Write(ref AvroWriter output, long value) => output.WriteLong(value);
}

/// <summary>Decimals of up to 9 digits.</summary>
internal sealed class SmallDecimalBuffer(Column column) : FixedBuffer<int>(column)
{
    protected override bool TryRead(ref Utf8JsonReader reader, out int value)
    {
        value = 0;
        if (!TryPlain(reader, out var text) || !Decimals.TryRead(text, Column.Type.Precision, Column.Type.Scale, out var unscaled)) return false;
        value = (int)unscaled;
        return true;
    }

    protected override void Write(ref AvroWriter output, int value) => output.WriteDecimal(value);
}

/// <summary>Decimals of up to 18 digits.</summary>
internal sealed class DecimalBuffer(Column column) : FixedBuffer<long>(column)
{
    protected override bool TryRead(ref Utf8JsonReader reader, out long value)
    {
        value = 0;
        if (!TryPlain(reader, out var text) || !Decimals.TryRead(text, Column.Type.Precision, Column.Type.Scale, out var unscaled)) return false;
        value = (long)unscaled;
        return true;
    }

    protected override void Write(ref AvroWriter output, long value) => output.WriteDecimal(value);
}
