using System.Globalization;
using System.Text;

namespace ActorStreams.Pipelines.Formats;

public sealed partial class JavaTimePattern
{
    private const long TicksPerMillisecond = TimeSpan.TicksPerMillisecond;

    /// <summary>Appends a time as a zone's clocks show it.</summary>
    public void Append(StringBuilder output, DateTimeOffset time, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(time, zone);
        foreach (var field in _fields)
        {
            if (field.Letter == Field.Literal) output.Append(field.Text);
            else AppendField(output, field, local, zone);
        }
    }

    public string Format(DateTimeOffset time, TimeZoneInfo zone)
    {
        var output = new StringBuilder();
        Append(output, time, zone);
        return output.ToString();
    }

    private static void AppendField(StringBuilder output, Field field, DateTimeOffset t, TimeZoneInfo zone)
    {
        var count = field.Count;
        switch (field.Letter)
        {
            case 'y' or 'u': AppendYear(output, t.Year, count); break;
            case 'Y': AppendYear(output, WeekOf(t).Year, count); break;
            case 'M' or 'L': AppendText(output, count, t.Month, CultureInfo.InvariantCulture.DateTimeFormat.GetAbbreviatedMonthName(t.Month), CultureInfo.InvariantCulture.DateTimeFormat.GetMonthName(t.Month)); break;
            case 'Q' or 'q': AppendQuarter(output, count, ((t.Month - 1) / 3) + 1); break;
            case 'E': output.Append(count == 4 ? t.DayOfWeek.ToString() : t.DayOfWeek.ToString()[..3]); break;
            case 'G': output.Append(count == 4 ? "Anno Domini" : "AD"); break;
            case 'a': output.Append(t.Hour < 12 ? "AM" : "PM"); break;
            case 'S': output.Append((t.Ticks % TimeSpan.TicksPerSecond * 100).ToString("D9", CultureInfo.InvariantCulture), 0, count); break;
            case 'X': AppendOffset(output, t.Offset, count, zero: "Z"); break;
            case 'x': AppendOffset(output, t.Offset, count, zero: null); break;
            case 'Z': AppendOffset(output, t.Offset, 2, zero: null); break;
            case 'V': output.Append(zone.Id); break;
            default: AppendNumber(output, NumberOf(field.Letter, t), count); break;
        }
    }

    private static long NumberOf(char letter, DateTimeOffset t) => letter switch
    {
        'd' => t.Day,
        'D' => t.DayOfYear,
        'e' => (int)t.DayOfWeek + 1,
        'w' => WeekOf(t).Week,
        'H' => t.Hour,
        'k' => t.Hour == 0 ? 24 : t.Hour,
        'K' => t.Hour % 12,
        'h' => t.Hour % 12 == 0 ? 12 : t.Hour % 12,
        'm' => t.Minute,
        's' => t.Second,
        'A' => t.TimeOfDay.Ticks / TicksPerMillisecond,
        'n' => t.Ticks % TimeSpan.TicksPerSecond * 100,
        'N' => t.TimeOfDay.Ticks * 100,
        _ => throw new InvalidOperationException($"The pattern's letter {letter} was let through."),
    };

    private static void AppendNumber(StringBuilder output, long value, int width) => output.Append(value.ToString($"D{width}", CultureInfo.InvariantCulture));

    private static void AppendYear(StringBuilder output, int year, int count) => AppendNumber(output, count == 2 ? year % 100 : year, count);

    private static void AppendText(StringBuilder output, int count, int number, string shortText, string text)
    {
        if (count <= 2) AppendNumber(output, number, count);
        else output.Append(count == 3 ? shortText : text);
    }

    private static void AppendQuarter(StringBuilder output, int count, int quarter) =>
        AppendText(output, count, quarter, $"Q{quarter}", $"{quarter}{quarter switch { 1 => "st", 2 => "nd", 3 => "rd", _ => "th" }} quarter");

    private static void AppendOffset(StringBuilder output, TimeSpan offset, int count, string? zero)
    {
        if (offset == TimeSpan.Zero && zero is not null)
        {
            output.Append(zero);
            return;
        }
        output.Append(offset < TimeSpan.Zero ? '-' : '+');
        var minutes = Math.Abs((int)offset.TotalMinutes);
        AppendNumber(output, minutes / 60, 2);
        if (count == 1 && minutes % 60 == 0) return;
        if (count == 3) output.Append(':');
        AppendNumber(output, minutes % 60, 2);
    }

    /// <summary>A week belongs to the year that its Saturday lies in: so the week with 1 January is the first.</summary>
    private static (int Year, int Week) WeekOf(DateTimeOffset t)
    {
        var saturday = t.DateTime.Date.AddDays(6 - (int)t.DayOfWeek);
        return (saturday.Year, 1 + ((saturday.DayOfYear - 1) / 7));
    }
}
