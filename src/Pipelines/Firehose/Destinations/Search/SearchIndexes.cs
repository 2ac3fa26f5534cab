using System.Globalization;

namespace ActorStreams.Pipelines.Firehose.Destinations.Search;

public enum IndexRotation
{
    None,
    Hour,
    Day,
    Week,
    Month,
}

/// <summary>Names of indexes that rotate by time, in UTC.</summary>
public static class SearchIndexes
{
    /// <summary>
    /// <c>i</c>, <c>i-2026-01-15-10</c>, <c>i-2026-01-15</c>, <c>i-2026-w03</c> or <c>i-2026-01</c>. Weeks and their years are those of ISO 8601,
    /// so that the last days of December, which may be of week 1, do not get into the index of the January before.
    /// </summary>
    public static string NameOf(string index, IndexRotation rotation, DateTimeOffset at)
    {
        var utc = at.UtcDateTime;
        string Dated(string pattern) => $"{index}-{utc.ToString(pattern, CultureInfo.InvariantCulture)}";
        return rotation switch
        {
            IndexRotation.None => index,
            IndexRotation.Hour => Dated("yyyy-MM-dd-HH"),
            IndexRotation.Day => Dated("yyyy-MM-dd"),
            IndexRotation.Week => string.Create(CultureInfo.InvariantCulture, $"{index}-{ISOWeek.GetYear(utc):0000}-w{ISOWeek.GetWeekOfYear(utc):00}"),
            IndexRotation.Month => Dated("yyyy-MM"),
            _ => throw new ArgumentOutOfRangeException(nameof(rotation), rotation, null),
        };
    }
}
