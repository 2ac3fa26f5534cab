using System.Globalization;

namespace ActorStreams.Node.Replay;

/// <summary>One line of the file.</summary>
/// <param name="Text">The time as the file writes it, so that nothing of it is lost on the way.</param>
internal readonly record struct TimedValue(DateTimeOffset Time, string Text, double Value);

/// <summary>
/// Reads <c>timestamp,value</c> lines. A first line whose value is no number is a header. Lines that are neither are counted,
/// and the first of them remembered by number.
/// </summary>
internal sealed class ReadingsFile(TextReader lines)
{
    /// <summary>More than these would bury the message.</summary>
    public const int MalformedListedMax = 20;

    private readonly List<long> _malformed = [];
    private long _line;

    public long MalformedCount { get; private set; }

    /// <summary>Numbers of malformed lines, the first <see cref="MalformedListedMax"/> of them, counted from 1.</summary>
    public IReadOnlyList<long> MalformedLines => _malformed;

    public async IAsyncEnumerable<TimedValue> ReadAsync()
    {
        while (await lines.ReadLineAsync() is { } line)
        {
            _line++;
            if (string.IsNullOrWhiteSpace(line)) continue;
            if (TryParse(line, out var value)) yield return value;
            else if (_line > 1 || !IsHeader(line)) CountMalformed();
        }
    }

    internal static bool TryParse(string line, out TimedValue value)
    {
        value = default;
        var columns = line.Split(',');
        if (columns.Length != 2) return false;
        var text = columns[0].Trim().Trim('"');
        if (!double.TryParse(columns[1].Trim().Trim('"'), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
            return false;
        if (!TryParseTime(text, out var time)) return false;
        value = new TimedValue(time, text, number);
        return true;
    }

    // Seconds since 1970 and anything that .NET reads as a date; a time without an offset is taken as UTC.
    private static bool TryParseTime(string text, out DateTimeOffset time)
    {
        time = default;
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds))
            return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);
        // Up to the year 9999.
        if (seconds is < 0 or > 253_402_300_799) return false;
        time = DateTimeOffset.UnixEpoch.AddSeconds(seconds);
        return true;
    }

    private static bool IsHeader(string line) =>
        line.Split(',') is [_, var value] && !double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private void CountMalformed()
    {
        MalformedCount++;
        if (_malformed.Count < MalformedListedMax) _malformed.Add(_line);
    }
}
