using System.Globalization;

namespace ActorStreams.Pipelines.Anomaly;

/// <summary>Times in records that pipelines write: ISO 8601, UTC, always with milliseconds, so that they sort as text.</summary>
public static class JsonTime
{
    public static string Format(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
