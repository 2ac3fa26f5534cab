namespace ActorStreams.Pipelines.Firehose.Destinations.Postgres;

/// <summary>Times as text, as ISO 8601 and PostgreSQL write them, to what PostgreSQL counts from the year 2000 on.</summary>
internal static class TimeText
{
    private const int DateLength = 10;
    private const long MicrosOfSecond = 1_000_000;
    private static readonly DateTime s_epoch = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Unspecified);
    private static readonly long s_unixSecondsOfEpoch = new DateTimeOffset(s_epoch, TimeSpan.Zero).ToUnixTimeSeconds();

    /// <summary><c>2026-01-15</c>, as days.</summary>
    public static bool TryDate(ReadOnlySpan<byte> text, out int days)
    {
        days = 0;
        if (text.Length != DateLength || text[4] != '-' || text[7] != '-') return false;
        if (!Digits(text[..4], out var year) || !Digits(text.Slice(5, 2), out var month) || !Digits(text.Slice(8, 2), out var day)) return false;
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)) return false;
        days = (int)(new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Unspecified) - s_epoch).TotalDays;
        return true;
    }

    /// <summary>
    /// <c>2026-01-15T10:00:00.123456+01:00</c>, as microseconds in UTC; a space for the T, shorter zones, <c>Z</c> or none (UTC), and the date alone
    /// are fine.
    /// </summary>
    public static bool TryTimestamp(ReadOnlySpan<byte> text, out long micros)
    {
        micros = 0;
        if (text.Length < DateLength || !TryDate(text[..DateLength], out var days)) return false;
        micros = days * 86_400L * MicrosOfSecond;
        if (text.Length == DateLength) return true;
        // T10:00:00, the seconds may be missing.
        if (text.Length < 16 || text[10] is not ((byte)'T' or (byte)' ' or (byte)'t') || text[13] != ':') return false;
        if (!Digits(text.Slice(11, 2), out var hour) || !Digits(text.Slice(14, 2), out var minute) || hour > 23 || minute > 59) return false;
        micros += ((hour * 3_600L) + (minute * 60L)) * MicrosOfSecond;
        var rest = text[16..];
        if (rest.Length >= 3 && rest[0] == ':')
        {
            if (!Digits(rest.Slice(1, 2), out var second) || second > 59) return false;
            micros += second * MicrosOfSecond;
            rest = rest[3..];
            if (rest.Length > 0 && rest[0] is (byte)'.' or (byte)',' && !Fraction(ref rest, ref micros)) return false;
        }
        return Zone(rest, ref micros);
    }

    public static long OfUnix(long value, CopyEpoch epoch) => epoch == CopyEpoch.Seconds
        ? checked((value - s_unixSecondsOfEpoch) * MicrosOfSecond)
        : checked((value - (s_unixSecondsOfEpoch * 1_000)) * 1_000);

    private static bool Fraction(ref ReadOnlySpan<byte> rest, ref long micros)
    {
        var count = 1;
        var (value, unit) = (0L, MicrosOfSecond / 10);
        for (; count < rest.Length && char.IsAsciiDigit((char)rest[count]); count++)
        {
            if (count <= 6) value += (rest[count] - '0') * unit;
            else if (count == 7 && rest[count] >= '5') value++;
            unit /= 10;
        }
        micros += value;
        var any = count > 1;
        rest = rest[count..];
        return any;
    }

    private static bool Zone(ReadOnlySpan<byte> zone, ref long micros)
    {
        if (zone.Length == 0 || (zone.Length == 1 && zone[0] is (byte)'Z' or (byte)'z')) return true;
        if (zone[0] is not ((byte)'+' or (byte)'-')) return false;
        var digits = zone[1..];
        if (digits.Length is not (2 or 4 or 5) || !Digits(digits[..2], out var hours)) return false;
        var minutes = 0;
        if (digits.Length == 5 && digits[2] != ':') return false;
        if (digits.Length > 2 && !Digits(digits[^2..], out minutes)) return false;
        if (hours > 15 || minutes > 59) return false;
        var offset = ((hours * 3_600L) + (minutes * 60L)) * MicrosOfSecond;
        micros -= zone[0] == '+' ? offset : -offset;
        return true;
    }

    private static bool Digits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (var c in text)
        {
            if (c is < (byte)'0' or > (byte)'9') return false;
            value = (value * 10) + (c - '0');
        }
        return true;
    }
}
