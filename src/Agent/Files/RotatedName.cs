using System.Globalization;
using System.Text.RegularExpressions;

namespace ActorStreams.Agent.Files;

/// <summary>
/// What rotation does to names: <c>app.log</c> becomes <c>app.log.1</c>, <c>app.log-20260131</c>, <c>app.log.2.gz</c> or <c>app-20260131.log</c>. Files of one
/// stem are taken for one log. Whether two files have the same content is told by their bytes; the name only says where to look, and what comes first.
/// </summary>
internal static partial class RotatedName
{
    public static bool IsGzip(string name) => name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);

    /// <summary>The Kinesis agent never reads these.</summary>
    public static bool IsCompressed(string name) =>
        IsGzip(name) || name.EndsWith(".bz2", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase);

    public static string StemOf(string name)
    {
        if (IsCompressed(name)) name = name[..name.LastIndexOf('.')];
        // A name such as 2026-01-31 alone would leave nothing.
        var atEnd = AtEnd().Replace(name, "");
        if (atEnd.Length == 0) return name;
        var within = BeforeExtension().Replace(atEnd, "$1");
        return within.Length == 0 ? atEnd : within;
    }

    /// <summary>Whether the name is that of a log which is being written.</summary>
    public static bool IsCurrent(string name) => StemOf(name) == name;

    /// <summary>Of files of one stem that were changed in the same moment the lowest is the oldest: dates rise, counters fall (<c>app.log.2</c>, then <c>app.log.1</c>).</summary>
    public static long RankOf(string name)
    {
        if (IsCompressed(name)) name = name[..name.LastIndexOf('.')];
        var rotated = AtEnd().Match(name) is { Success: true } atEnd ? atEnd : BeforeExtension().Match(name);
        var digits = string.Concat(rotated.Value.Where(char.IsAsciiDigit).Take(DigitsMax));
        if (digits.Length == 0) return 0;
        var number = long.Parse(digits, CultureInfo.InvariantCulture);
        return digits.Length >= DateDigits ? number : -number;
    }

    private const int DateDigits = 8;

    /// <summary>A date and a time with microseconds have 20; these are enough for the milliseconds, and fit.</summary>
    private const int DigitsMax = 17;

    [GeneratedRegex(@"([._-]\d[\dTZ:_.-]*|[._-](old|bak|prev))+\z", RegexOptions.CultureInvariant)]
    private static partial Regex AtEnd();

    // A date before the extension, at least eight digits of it: numbers of hosts or instances are shorter and are part of the name.
    [GeneratedRegex(@"[._-]\d{4}[_-]?\d\d[_-]?\d\d[\dTZ:_-]*(\.\w+)\z", RegexOptions.CultureInvariant)]
    private static partial Regex BeforeExtension();
}
