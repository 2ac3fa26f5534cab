using System.Globalization;

namespace ActorStreams.Pbm;

/// <summary>Where reading starts, as the endpoint's query wants it.</summary>
internal sealed record StartingPoint(string From, string? SequenceNumber = null, DateTimeOffset? Timestamp = null)
{
    public const string Allowed = "allowed are TRIM_HORIZON, LATEST, a time such as 2026-11-26T10:00:00Z, and a sequence number";

    public static readonly StartingPoint TrimHorizon = new("TRIM_HORIZON");
    public static readonly StartingPoint Latest = new("LATEST");

    public static StartingPoint After(string sequenceNumber) => new("AFTER_SEQUENCE_NUMBER", sequenceNumber);

    public string Query => $"from={From}" +
        (SequenceNumber is null ? "" : $"&sequenceNumber={Uri.EscapeDataString(SequenceNumber)}") +
        (Timestamp is { } at ? $"&timestamp={Uri.EscapeDataString(Format(at))}" : "");

    public static bool TryParse(string text, out StartingPoint point)
    {
        point = TrimHorizon;
        if (string.Equals(text, TrimHorizon.From, StringComparison.OrdinalIgnoreCase)) return true;
        if (string.Equals(text, Latest.From, StringComparison.OrdinalIgnoreCase)) point = Latest;
        // Sequence numbers have dozens of digits, so none passes for a year.
        else if (text.Length > 8 && text.All(char.IsAsciiDigit)) point = new("AT_SEQUENCE_NUMBER", text);
        else if (TryParseTime(text, out var at)) point = new("AT_TIMESTAMP", Timestamp: at);
        else return false;
        return true;
    }

    /// <summary>ISO 8601 with a date; without an offset it is UTC.</summary>
    public static bool TryParseTime(string text, out DateTimeOffset time)
    {
        string[] formats =
        [
            "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mmK", "yyyy-MM-dd HH:mm:ssK",
        ];
        return DateTimeOffset.TryParseExact(text, formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);
    }

    public static string Format(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
