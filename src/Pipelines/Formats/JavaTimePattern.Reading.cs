using System.Globalization;

namespace ActorStreams.Pipelines.Formats;

public sealed partial class JavaTimePattern
{
    /// <summary>Of the letters that can be read; the others only write.</summary>
    public const string ReadAllowed = "y u M L d H h m s S a X x Z, quoted text and other characters";

    /// <summary>Why no time can be read by the pattern; null when it can.</summary>
    public TextError? ReadingProblem()
    {
        foreach (var field in _fields)
        {
            if (field.Letter is not (Field.Literal or 'y' or 'u' or 'M' or 'L' or 'd' or 'H' or 'h' or 'm' or 's' or 'S' or 'a' or 'X' or 'x' or 'Z'))
                return new TextError(Text.IndexOf(field.Letter, StringComparison.Ordinal) + 1, $"{field.Letter} cannot be read; allowed are {ReadAllowed}.");
        }
        return _fields.Any(f => f.Letter is 'y' or 'u') ? null : new TextError(Text.Length + 1, "The pattern has no year.");
    }

    /// <summary>Reads the whole of a text; UTC where the pattern has no offset. False when the text is of another form or no time.</summary>
    public bool TryRead(ReadOnlySpan<char> text, out DateTimeOffset time)
    {
        time = default;
        var read = new Parts();
        foreach (var field in _fields)
        {
            if (!TryRead(ref text, field, ref read)) return false;
        }
        return text.IsEmpty && read.TryAssemble(out time);
    }

    private static bool TryRead(ref ReadOnlySpan<char> text, Field field, ref Parts read)
    {
        switch (field.Letter)
        {
            case Field.Literal:
                if (!text.StartsWith(field.Text, StringComparison.Ordinal)) return false;
                text = text[field.Text.Length..];
                return true;
            case 'y' or 'u':
                if (!TryNumber(ref text, field.Count, field.Count is 2 ? 2 : 4, out read.Year)) return false;
                if (field.Count == 2) read.Year += 2000;
                return true;
            case 'M' or 'L' when field.Count >= 3: return TryMonth(ref text, field.Count, out read.Month);
            case 'M' or 'L': return TryNumber(ref text, field.Count, 2, out read.Month);
            case 'd': return TryNumber(ref text, field.Count, 2, out read.Day);
            case 'H': return TryNumber(ref text, field.Count, 2, out read.Hour);
            case 'h':
                if (!TryNumber(ref text, field.Count, 2, out read.Hour) || read.Hour is < 1 or > 12) return false;
                read.Hour %= 12;
                return true;
            case 'm': return TryNumber(ref text, field.Count, 2, out read.Minute);
            case 's': return TryNumber(ref text, field.Count, 2, out read.Second);
            case 'S':
                if (!TryNumber(ref text, field.Count, field.Count, out var fraction)) return false;
                read.Ticks = (long)(fraction * Math.Pow(10, 7 - field.Count));
                return true;
            case 'a':
                if (text.StartsWith("PM", StringComparison.OrdinalIgnoreCase)) read.IsAfternoon = true;
                else if (!text.StartsWith("AM", StringComparison.OrdinalIgnoreCase)) return false;
                text = text[2..];
                return true;
            default: return TryOffset(ref text, field.Letter == 'X', out read.Offset);
        }
    }

    private static bool TryNumber(ref ReadOnlySpan<char> text, int digitsMin, int digitsMax, out int number)
    {
        number = 0;
        var length = 0;
        while (length < text.Length && length < Math.Max(digitsMin, digitsMax) && char.IsAsciiDigit(text[length])) number = (number * 10) + (text[length++] - '0');
        text = text[length..];
        return length >= digitsMin;
    }

    private static bool TryMonth(ref ReadOnlySpan<char> text, int count, out int month)
    {
        var names = CultureInfo.InvariantCulture.DateTimeFormat;
        for (month = 1; month <= 12; month++)
        {
            var name = count == 3 ? names.GetAbbreviatedMonthName(month) : names.GetMonthName(month);
            if (!text.StartsWith(name, StringComparison.OrdinalIgnoreCase)) continue;
            text = text[name.Length..];
            return true;
        }
        return false;
    }

    private static bool TryOffset(ref ReadOnlySpan<char> text, bool allowsZ, out TimeSpan offset)
    {
        offset = default;
        if (text.IsEmpty) return false;
        var sign = text[0];
        if (sign is not ('+' or '-'))
        {
            if (!allowsZ || sign != 'Z') return false;
            text = text[1..];
            return true;
        }
        text = text[1..];
        if (!TryNumber(ref text, 2, 2, out var hours)) return false;
        if (text is [':', ..]) text = text[1..];
        var minutes = 0;
        if (text is [>= '0' and <= '9', ..] && !TryNumber(ref text, 2, 2, out minutes)) return false;
        offset = new TimeSpan(hours, minutes, 0);
        if (sign == '-') offset = -offset;
        return hours <= 14 && minutes < 60;
    }

    private struct Parts
    {
        public int Year;
        public int Month = 1;
        public int Day = 1;
        public int Hour;
        public int Minute;
        public int Second;
        public long Ticks;
        public bool IsAfternoon;
        public TimeSpan Offset;

        public Parts()
        {
        }

        public readonly bool TryAssemble(out DateTimeOffset time)
        {
            time = default;
            if (Year is < 1 or > 9999 || Month is < 1 or > 12 || Day < 1 || Day > DateTime.DaysInMonth(Year, Month)) return false;
            if (Hour > (IsAfternoon ? 11 : 23) || Minute > 59 || Second > 59) return false;
            var local = new DateTime(Year, Month, Day, Hour + (IsAfternoon ? 12 : 0), Minute, Second).AddTicks(Ticks);
            var utc = local.Ticks - Offset.Ticks;
            if (utc < 0 || utc > DateTime.MaxValue.Ticks) return false;
            time = new DateTimeOffset(utc, TimeSpan.Zero);
            return true;
        }
    }
}
