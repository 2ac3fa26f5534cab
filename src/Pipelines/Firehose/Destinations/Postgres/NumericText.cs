namespace ActorStreams.Pipelines.Firehose.Destinations.Postgres;

/// <summary>Decimal numbers as text to PostgreSQL's numeric: groups of four decimal digits with the weight of the first.</summary>
internal static class NumericText
{
    /// <summary>On either side of the point. PostgreSQL bears more, but no reading has them, and 1e9999 in a record shall not become 10 kB.</summary>
    public const int DigitsMax = 1_000;

    private const short Negative = 0x4000;
    private const int GroupDigits = 4;

    public enum Result
    {
        Written,
        NoNumber,
        TooLarge,
    }

    /// <summary>Appends the value, its length before it, rounded to the column's scale, halves away from zero as the server does; or nothing.</summary>
    public static Result Write(ReadOnlySpan<byte> text, CopyColumn column, RowBuffer row)
    {
        if (text.SequenceEqual("NaN"u8))
        {
            Write(row, [], 0, unchecked((short)0xC000), 0);
            return Result.Written;
        }
        // A digit before the first one takes a carry.
        Span<byte> digits = stackalloc byte[(2 * DigitsMax) + 2];
        var result = Parse(text, digits[1..], out var count, out var point, out var isNegative);
        if (result != Result.Written) return result;
        var scale = Math.Max(0, count - point);
        var first = 1;
        if (column.Precision is { } precision)
        {
            if (Round(digits, ref count, point + column.Scale))
            {
                point++;
                first = 0;
            }
            scale = Math.Max(0, column.Scale);
            if (count > 0 && point > precision - column.Scale) return Result.TooLarge;
        }
        if (count == 0) Write(row, [], 0, 0, scale);
        else WriteGroups(row, digits.Slice(first, count), point, isNegative ? Negative : (short)0, scale);
        return Result.Written;
    }

    /// <summary>Digits without zeros before the first one; none of them for zero.</summary>
    /// <param name="point">How many of the digits stand before the point; negative when zeros follow it first.</param>
    private static Result Parse(ReadOnlySpan<byte> text, Span<byte> digits, out int count, out int point, out bool isNegative)
    {
        (count, point, isNegative) = (0, 0, false);
        var i = 0;
        if (text.Length > 0 && text[0] is (byte)'-' or (byte)'+') isNegative = text[i++] == '-';
        var (any, afterPoint) = (false, false);
        for (; i < text.Length && (char.IsAsciiDigit((char)text[i]) || (text[i] == '.' && !afterPoint)); i++)
        {
            if (text[i] == '.')
            {
                afterPoint = true;
                continue;
            }
            any = true;
            if (count == 0 && text[i] == '0')
            {
                if (afterPoint) point--;
                continue;
            }
            if (count == 2 * DigitsMax) return Result.TooLarge;
            digits[count++] = (byte)(text[i] - '0');
            if (!afterPoint) point++;
        }
        if (!any) return Result.NoNumber;
        if (i < text.Length)
        {
            if (text[i] is not ((byte)'e' or (byte)'E') || !System.Buffers.Text.Utf8Parser.TryParse(SkipPlus(text[(i + 1)..]), out int exponent, out var read)
                || read == 0 || read != SkipPlus(text[(i + 1)..]).Length)
                return Result.NoNumber;
            if (Math.Abs((long)exponent) > 2 * DigitsMax) return count == 0 ? Result.Written : Result.TooLarge;
            point += exponent;
        }
        return count > 0 && (point > DigitsMax || count - point > DigitsMax) ? Result.TooLarge : Result.Written;
    }

    private static ReadOnlySpan<byte> SkipPlus(ReadOnlySpan<byte> text) => text.Length > 0 && text[0] == '+' ? text[1..] : text;

    /// <summary>Keeps the first digits; whether a carry made one more, which then stands before the others.</summary>
    private static bool Round(Span<byte> digits, ref int count, int keep)
    {
        if (keep >= count) return false;
        var up = keep >= 0 && digits[1 + keep] >= 5;
        count = Math.Max(0, keep);
        digits[0] = 0;
        for (var i = count; up; i--)
        {
            up = ++digits[i] == 10;
            if (up) digits[i] = 0;
        }
        if (digits[0] == 0) return false;
        count++;
        return true;
    }

    private static void WriteGroups(RowBuffer row, ReadOnlySpan<byte> digits, int point, short sign, int scale)
    {
        var weight = (int)Math.Floor((point + GroupDigits - 1) / (double)GroupDigits) - 1;
        var pad = ((weight + 1) * GroupDigits) - point;
        Span<short> groups = stackalloc short[(digits.Length + pad + GroupDigits - 1) / GroupDigits];
        groups.Clear();
        ReadOnlySpan<short> units = [1_000, 100, 10, 1];
        for (var i = 0; i < digits.Length; i++) groups[(i + pad) / GroupDigits] += (short)(digits[i] * units[(i + pad) % GroupDigits]);
        Write(row, groups.TrimEnd((short)0), weight, sign, scale);
    }

    private static void Write(RowBuffer row, ReadOnlySpan<short> groups, int weight, short sign, int scale)
    {
        row.Int32(8 + (2 * groups.Length));
        row.Int16(groups.Length);
        row.Int16(groups.Length == 0 ? 0 : weight);
        row.Int16(sign);
        row.Int16(scale);
        foreach (var group in groups) row.Int16(group);
    }
}
