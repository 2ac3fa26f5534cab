using System.Text;

namespace ActorStreams.Pipelines.Formats.Columns;

/// <summary>
/// The forms that every timestamp may have, as Firehose's deserializers take them: <c>2026-03-09T15:04:05.123Z</c> with a blank for the T,
/// one digit for month or day, up to nine behind the point and an offset allowed; seconds since 1970, also with a fraction; milliseconds
/// since 1970.
/// </summary>
internal static class Timestamps
{
    /// <summary>Whole numbers from here on are milliseconds: as seconds it would be the year 5138, as milliseconds it is March 1973.</summary>
    private const long MillisecondsMin = 100_000_000_000;

    private const long MicrosPerSecond = 1_000_000;

    /// <summary>Of the whole seconds of year 9999.</summary>
    private const long SecondsMax = 253_402_300_799;

    private const int TextMax = 64;

    public static bool TryRead(ReadOnlySpan<byte> text, IReadOnlyList<TimestampFormat> formats, out long micros)
    {
        micros = 0;
        if (text.Length is 0 or > TextMax) return false;
        return (formats.Count > 0 && TryFormats(text, formats, out micros)) || TryIso(text, out micros) || TryNumber(text, out micros);
    }

    public static bool TryReadDate(ReadOnlySpan<byte> text, out int days)
    {
        days = 0;
        if (!TryDate(ref text, out var date) || !text.IsEmpty) return false;
        days = (int)((date.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerDay);
        return true;
    }

    private static bool TryFormats(ReadOnlySpan<byte> text, IReadOnlyList<TimestampFormat> formats, out long micros)
    {
        Span<char> characters = stackalloc char[TextMax];
        if (!Encoding.UTF8.TryGetChars(text, characters, out var length)) length = 0;
        foreach (var format in formats)
        {
            if (format.Pattern is null)
            {
                if (long.TryParse(text, out var millis) && Math.Abs(millis) <= SecondsMax * 1_000)
                {
                    micros = millis * 1_000;
                    return true;
                }
            }
            else if (format.Pattern.TryRead(characters[..length], out var time))
            {
                micros = (time.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
                return true;
            }
        }
        micros = 0;
        return false;
    }

    private static bool TryIso(ReadOnlySpan<byte> text, out long micros)
    {
        micros = 0;
        if (!TryDate(ref text, out var date)) return false;
        var dayMicros = (date.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
        if (text.IsEmpty)
        {
            micros = dayMicros;
            return true;
        }
        if (text[0] is not ((byte)'T' or (byte)' ')) return false;
        text = text[1..];
        if (!TryDigits(ref text, 1, 2, 23, out var hour) || !Take(ref text, ':') || !TryDigits(ref text, 2, 2, 59, out var minute)) return false;
        long second = 0, fraction = 0;
        if (Take(ref text, ':') && !TryDigits(ref text, 2, 2, 59, out second)) return false;
        if (Take(ref text, '.') && !TryFraction(ref text, out fraction)) return false;
        if (!TryOffset(text, out var offsetMinutes)) return false;
        micros = dayMicros + ((((((hour * 60) + minute - offsetMinutes) * 60) + second) * MicrosPerSecond) + fraction);
        return true;
    }

    private static bool TryDate(ref ReadOnlySpan<byte> text, out DateTime date)
    {
        date = default;
        if (!TryDigits(ref text, 4, 4, 9999, out var year) || !Take(ref text, '-') || !TryDigits(ref text, 1, 2, 12, out var month)
            || !Take(ref text, '-') || !TryDigits(ref text, 1, 2, 31, out var day))
            return false;
        if (year == 0 || month == 0 || day == 0 || day > DateTime.DaysInMonth((int)year, (int)month)) return false;
        date = new DateTime((int)year, (int)month, (int)day, 0, 0, 0, DateTimeKind.Utc);
        return true;
    }

    private static bool TryOffset(ReadOnlySpan<byte> text, out long minutes)
    {
        minutes = 0;
        if (text.IsEmpty || text.SequenceEqual("Z"u8)) return true;
        if (text[0] is not ((byte)'+' or (byte)'-')) return false;
        var isNegative = text[0] == (byte)'-';
        text = text[1..];
        if (!TryDigits(ref text, 2, 2, 14, out var hours)) return false;
        Take(ref text, ':');
        if (!text.IsEmpty && !TryDigits(ref text, 2, 2, 59, out minutes)) return false;
        minutes += hours * 60;
        if (isNegative) minutes = -minutes;
        return text.IsEmpty;
    }

    private static bool TryNumber(ReadOnlySpan<byte> text, out long micros)
    {
        micros = 0;
        var isNegative = text[0] == (byte)'-';
        if (isNegative) text = text[1..];
        if (!TryDigits(ref text, 1, 15, SecondsMax * 1_000, out var whole)) return false;
        long fraction = 0;
        if (text.IsEmpty && whole >= MillisecondsMin)
        {
            micros = whole * 1_000;
        }
        else
        {
            if (whole > SecondsMax || (Take(ref text, '.') && !TryFraction(ref text, out fraction)) || !text.IsEmpty) return false;
            micros = (whole * MicrosPerSecond) + fraction;
        }
        if (isNegative) micros = -micros;
        return true;
    }

    /// <summary>In microseconds; what is finer is cut off.</summary>
    private static bool TryFraction(ref ReadOnlySpan<byte> text, out long micros)
    {
        var before = text.Length;
        if (!TryDigits(ref text, 1, 9, long.MaxValue, out micros)) return false;
        for (var digits = before - text.Length; digits < 9; digits++) micros *= 10;
        micros /= 1_000;
        return true;
    }

    private static bool TryDigits(ref ReadOnlySpan<byte> text, int min, int max, long valueMax, out long value)
    {
        value = 0;
        var length = 0;
        while (length < text.Length && length < max && text[length] is >= (byte)'0' and <= (byte)'9') value = (value * 10) + (text[length++] - '0');
        text = text[length..];
        return length >= min && value <= valueMax;
    }

    private static bool Take(ref ReadOnlySpan<byte> text, char symbol)
    {
        if (text.IsEmpty || text[0] != symbol) return false;
        text = text[1..];
        return true;
    }
}
