namespace ActorStreams.Examples.Badges;

/// <summary>An event with its people and gates. The same seed gives the same readings.</summary>
/// <param name="Readings">How many there are.</param>
/// <param name="Length">From the first to the last one; they are spread over it evenly.</param>
public sealed record Event(int Seed, int Readings, TimeSpan Length)
{
    private const int People = 2_000;

    /// <summary>Sensors write some seconds after they read, each in its own time: the log is not in the order of its times.</summary>
    private const int DelaySecondsMax = 20;

    /// <summary>Of ten people so many stay in the zone that is theirs.</summary>
    private const int AtHomeOfTen = 7;

    private static readonly (string Name, int Gates)[] s_zones = [("backstage", 2), ("garden", 4), ("hall", 6), ("lounge", 2)];

    /// <summary>Which zone is whose, by the last digit of the badge.</summary>
    private static readonly int[] s_homes = [0, 1, 1, 1, 2, 2, 2, 2, 2, 3];

    public static readonly DateTimeOffset Beginning = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    /// <summary>In the order in which they are written.</summary>
    public IEnumerable<Reading> All()
    {
        var random = new Random(Seed);
        var step = Length / Readings;
        for (var id = 1; id <= Readings; id++)
        {
            var badge = random.Next(1, People + 1);
            var (zone, gates) = random.Next(10) < AtHomeOfTen ? s_zones[s_homes[badge % s_homes.Length]] : s_zones[random.Next(s_zones.Length)];
            var at = Beginning + (step * id) - TimeSpan.FromMilliseconds(random.Next(DelaySecondsMax * 1_000));
            yield return new Reading(id, at < Beginning ? Beginning : at, badge, $"{zone} {random.Next(1, gates + 1)}", zone, random.Next(2) == 0);
        }
    }
}
