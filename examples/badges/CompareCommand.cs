using System.Globalization;

namespace ActorStreams.Examples.Badges;

/// <summary>Prints two reports beside each other: a line for each quarter of an hour, and for each zone its people by the one and by the other.</summary>
internal sealed record CompareCommand(string Warehouse, string Generator)
{
    private const int Width = 14;

    public int Run()
    {
        var (warehouse, generator) = (ZoneReport.Read(Warehouse), ZoneReport.Read(Generator));
        var (loaded, written) = (ByPlace(warehouse), ByPlace(generator));
        var places = loaded.Keys.Union(written.Keys).Order().ToList();
        var zones = places.Select(p => p.Zone).Distinct().Order(StringComparer.Ordinal).ToList();
        Console.WriteLine("People in each zone: the warehouse's report, beside the generator's own count");
        Console.WriteLine($"{"",-18}{string.Concat(zones.Select(z => $"{z,Width}"))}");
        foreach (var window in places.GroupBy(p => p.Window)) Console.WriteLine($"{window.Key,-18}{string.Concat(zones.Select(z => $"{Cell((window.Key, z)),Width}"))}");
        var isEqual = warehouse.SequenceEqual(generator);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{warehouse.Sum(c => c.Readings)} readings in the warehouse, {generator.Sum(c => c.Readings)} were written"));
        Console.WriteLine(isEqual ? "equal" : "differs");
        return isEqual ? 0 : 1;

        string Cell((string, string) place)
        {
            var (left, right) = (loaded.GetValueOrDefault(place), written.GetValueOrDefault(place));
            // Where the people are as many and the readings are not, some are missing or there twice.
            return $"{(left == right ? "" : "! ")}{left?.People ?? 0} {right?.People ?? 0}";
        }
    }

    private static Dictionary<(string Window, string Zone), ZoneCount> ByPlace(IEnumerable<ZoneCount> counts) => counts.ToDictionary(c => (c.Window, c.Zone));
}
