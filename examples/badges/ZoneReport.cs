using System.Globalization;

namespace ActorStreams.Examples.Badges;

/// <summary>A line of the report.</summary>
/// <param name="Window">When the quarter of an hour begins, UTC, such as <c>2026-03-02 08:15</c>.</param>
/// <param name="People">Badges that were seen, each counted once.</param>
public sealed record ZoneCount(string Window, string Zone, int People, long Readings);

/// <summary>How many people were seen in each zone, by quarters of an hour: what the warehouse has to come to, counted while it is written.</summary>
public sealed class ZoneReport
{
    private const string Header = "window,zone,people,readings";

    private readonly SortedDictionary<(string Window, string Zone), (HashSet<int> Badges, long Readings)> _counts = [];

    public void Add(Reading reading)
    {
        var key = (WindowOf(reading.At), reading.Zone);
        var (badges, readings) = _counts.TryGetValue(key, out var count) ? count : ([], 0);
        badges.Add(reading.Badge);
        _counts[key] = (badges, readings + 1);
    }

    public IReadOnlyList<ZoneCount> Counts => [.. _counts.Select(c => new ZoneCount(c.Key.Window, c.Key.Zone, c.Value.Badges.Count, c.Value.Readings))];

    /// <summary>As <c>psql --csv -f report.sql</c> prints it.</summary>
    public static void Write(string path, IEnumerable<ZoneCount> counts) => File.WriteAllLines(
        path, counts.Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Window},{c.Zone},{c.People},{c.Readings}")).Prepend(Header));

    /// <summary>Throws <see cref="FormatException"/> for what is no report, with the line.</summary>
    public static IReadOnlyList<ZoneCount> Read(string path)
    {
        var lines = File.ReadAllLines(path);
        if (lines.Length == 0 || lines[0] != Header) throw new FormatException($"{path} does not begin with the line {Header}");
        return [.. lines.Skip(1).Select((line, i) => line.Split(',') is [var window, var zone, var people, var readings]
            && int.TryParse(people, CultureInfo.InvariantCulture, out var peopleCount) && long.TryParse(readings, CultureInfo.InvariantCulture, out var readingsCount)
                ? new ZoneCount(window, zone, peopleCount, readingsCount)
                : throw new FormatException($"{path}, line {i + 2}: '{line}' is not {Header}"))];
    }

    private static string WindowOf(DateTimeOffset at)
    {
        var utc = at.UtcDateTime;
        return utc.AddTicks(-(utc.Ticks % TimeSpan.FromMinutes(15).Ticks)).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
    }
}
