using System.Globalization;
using System.Text;

namespace ActorStreams.Pipelines.Firehose.Processing.Jq;

/// <summary>
/// Times as jq has them: seconds since 1970, or broken down into an array of year, month from 0, day, hour, minute, second, day of the week
/// from Sunday, day of the year from 0. Always UTC.
/// </summary>
internal static class JqTime
{
    public const string Iso8601 = "%Y-%m-%dT%H:%M:%SZ";
    public const string WrittenAllowed = "%Y %y %m %d %e %H %I %M %S %j %p %a %A %b %B %h %u %w %G %V %s %Z %z %F %T %D %R %n %t %%";
    public const string ReadAllowed = "%Y %y %m %d %e %H %M %S %j %b %B %h %a %A %s %Z %z %F %T %n %t %%";

    private static readonly DateTimeFormatInfo s_names = CultureInfo.InvariantCulture.DateTimeFormat;

    /// <summary>What a format has that is not allowed, or null.</summary>
    public static string? Problem(string format, string allowed)
    {
        for (var i = format.IndexOf('%', StringComparison.Ordinal); i >= 0; i = i + 2 > format.Length ? -1 : format.IndexOf('%', i + 2))
        {
            if (i + 1 == format.Length) return "The format ends in a single %.";
            if (!allowed.Split(' ').Contains($"%{format[i + 1]}")) return $"The format has %{format[i + 1]}; allowed are {allowed}.";
        }
        return null;
    }

    public static JqValue BreakDown(double seconds)
    {
        var whole = Math.Floor(seconds);
        var time = TimeOf(seconds);
        return BreakDown(time, time.Second + (seconds - whole));
    }

    public static double Seconds(in JqValue broken) => Math.Floor((Assemble(broken, "mktime") - DateTime.UnixEpoch).TotalSeconds);

    public static string Format(in JqValue value, string format)
    {
        if (Problem(format, WrittenAllowed) is { } problem) throw new JqException(problem);
        var time = value.Kind switch
        {
            JqKind.Number => TimeOf(value.Number),
            JqKind.Array => Assemble(value, "strftime"),
            _ => throw new JqException($"strftime needs a number of seconds or a broken down time, not {value.Name}"),
        };
        var output = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] == '%') AppendField(output, format[++i], time);
            else output.Append(format[i]);
        }
        return output.ToString();
    }

    public static JqValue Parse(string text, string format)
    {
        if (Problem(format, ReadAllowed) is { } problem) throw new JqException(problem);
        return new JqTimeReader(text, format).Read() is { } time
            ? BreakDown(time, time.Second)
            : throw new JqException($"date \"{JqFunctions.Shortened(text)}\" does not match format \"{format}\"");
    }

    private static void AppendField(StringBuilder output, char letter, DateTime t)
    {
        _ = letter switch
        {
            'Y' => Number(t.Year, 1),
            'y' => Number(t.Year % 100, 2),
            'm' => Number(t.Month, 2),
            'd' => Number(t.Day, 2),
            'e' => output.Append(CultureInfo.InvariantCulture, $"{t.Day,2}"),
            'H' => Number(t.Hour, 2),
            'I' => Number(t.Hour % 12 == 0 ? 12 : t.Hour % 12, 2),
            'M' => Number(t.Minute, 2),
            'S' => Number(t.Second, 2),
            'j' => Number(t.DayOfYear, 3),
            'u' => Number(t.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)t.DayOfWeek, 1),
            'w' => Number((int)t.DayOfWeek, 1),
            'G' => Number(ISOWeek.GetYear(t), 1),
            'V' => Number(ISOWeek.GetWeekOfYear(t), 2),
            's' => output.Append((long)(t - DateTime.UnixEpoch).TotalSeconds),
            'p' => output.Append(t.Hour < 12 ? "AM" : "PM"),
            'a' => output.Append(s_names.GetAbbreviatedDayName(t.DayOfWeek)),
            'A' => output.Append(s_names.GetDayName(t.DayOfWeek)),
            'b' or 'h' => output.Append(s_names.GetAbbreviatedMonthName(t.Month)),
            'B' => output.Append(s_names.GetMonthName(t.Month)),
            'Z' => output.Append("UTC"),
            'z' => output.Append("+0000"),
            'F' => output.Append(CultureInfo.InvariantCulture, $"{t:yyyy-MM-dd}"),
            'T' => output.Append(CultureInfo.InvariantCulture, $"{t:HH:mm:ss}"),
            'R' => output.Append(CultureInfo.InvariantCulture, $"{t:HH:mm}"),
            'D' => output.Append(CultureInfo.InvariantCulture, $"{t:MM'/'dd'/'yy}"),
            'n' => output.Append('\n'),
            't' => output.Append('\t'),
            _ => output.Append('%'),
        };

        StringBuilder Number(int value, int width) => output.Append(value.ToString($"D{width}", CultureInfo.InvariantCulture));
    }

    private static DateTime TimeOf(double seconds)
    {
        // 0001-01-01 and the end of 9999.
        if (!(seconds >= -62_135_596_800 && seconds < 253_402_300_800))
            throw new JqException("the time is out of range: seconds since 1970 within the years 1 to 9999 are allowed");
        return DateTime.UnixEpoch.AddSeconds(Math.Floor(seconds));
    }

    private static JqValue BreakDown(DateTime t, double second) => JqValue.Of(
        [.. new double[] { t.Year, t.Month - 1, t.Day, t.Hour, t.Minute, second, (int)t.DayOfWeek, t.DayOfYear - 1 }.Select(JqValue.Of)]);

    private static DateTime Assemble(in JqValue broken, string function)
    {
        if (broken.Kind != JqKind.Array || broken.Length < 6) throw new JqException($"{function} requires array of 6 numbers");
        Span<double> fields = stackalloc double[6];
        for (var i = 0; i < fields.Length; i++)
        {
            var field = broken.At(i);
            if (field.Kind != JqKind.Number) throw new JqException($"{function} requires parsed datetime inputs");
            fields[i] = field.Number;
        }
        try
        {
            // 60 is a leap second, which is the next minute's first.
            return new DateTime((int)fields[0], (int)fields[1] + 1, (int)fields[2], 0, 0, 0, DateTimeKind.Utc)
                .AddHours(Within(fields[3], 23)).AddMinutes(Within(fields[4], 59)).AddSeconds(Math.Floor(Within(fields[5], 60.999)));
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new JqException($"{function} requires the fields of a time within the years 1 to 9999");
        }
    }

    private static double Within(double value, double max) => value >= 0 && value <= max ? value : throw new ArgumentOutOfRangeException(nameof(value));
}
