using System.Text.RegularExpressions;

namespace ActorStreams.Pipelines.Firehose.Processing.Lines;

/// <summary>
/// The Kinesis agent's LOGTOJSON: a line of a log as an object by the names of its format (or own ones). Values are text; what the log
/// writes as <c>-</c> is null in Apache's formats. A line of another form is refused.
/// </summary>
public sealed partial class LogToJson : ILineConverter
{
    /// <summary>In words, for errors.</summary>
    public const string Formats = "COMMONAPACHELOG, COMBINEDAPACHELOG, APACHEERRORLOG, SYSLOG, RFC3339SYSLOG";

    private readonly Regex _pattern;
    private readonly IReadOnlyList<string> _names;
    private readonly string _format;

    private LogToJson(string format, Regex pattern, IReadOnlyList<string> names)
    {
        _format = format;
        _pattern = pattern;
        _names = names;
    }

    /// <param name="format">One of <see cref="Formats"/>.</param>
    /// <param name="matchPattern">A regular expression of the user's own in place of the format's: its groups are the values, in order.</param>
    /// <param name="customFieldNames">In place of the format's own; as many as the pattern has groups.</param>
    public static LogToJson? Create(string format, string? matchPattern, IReadOnlyList<string>? customFieldNames, out string? error)
    {
        var (pattern, names) = format switch
        {
            "COMMONAPACHELOG" => (Common(), (string[])["host", "ident", "authuser", "datetime", "request", "response", "bytes"]),
            "COMBINEDAPACHELOG" => (Combined(), ["host", "ident", "authuser", "datetime", "request", "response", "bytes", "referrer", "agent"]),
            "APACHEERRORLOG" => (ApacheError(), ["timestamp", "module", "severity", "processid", "threadid", "client", "message"]),
            "SYSLOG" => (Syslog(), ["timestamp", "hostname", "program", "processid", "message"]),
            "RFC3339SYSLOG" => (Rfc3339Syslog(), ["timestamp", "hostname", "program", "processid", "message"]),
            _ => (null, []),
        };
        error = pattern is null ? $"{format} is no format of logs here; allowed are {Formats}." : null;
        try
        {
            // Linear in the line's length, whatever the user's pattern.
            if (error is null && !string.IsNullOrEmpty(matchPattern)) pattern = new Regex(matchPattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            error = $"matchPattern is no regular expression that can be used here: {e.Message}";
        }
        if (error is not null) return null;
        IReadOnlyList<string> chosen = customFieldNames is { Count: > 0 } ? customFieldNames : names;
        var groups = pattern!.GetGroupNumbers().Length - 1;
        if (groups != chosen.Count) error = $"The pattern has {groups} groups; there are {chosen.Count} names.";
        return error is null ? new LogToJson(format, pattern, chosen) : null;
    }

    public byte[]? Convert(ReadOnlySpan<byte> line, out string? problem)
    {
        if (JsonObjects.TextOf(line, out problem) is not { } text) return null;
        var match = _pattern.Match(text);
        if (!match.Success)
        {
            problem = $"The line is not of the form of {_format}.";
            return null;
        }
        var values = new string?[_names.Count];
        for (var i = 0; i < values.Length; i++)
        {
            var group = match.Groups[i + 1];
            values[i] = !group.Success || (group.Value == "-" && _format.Contains("APACHE", StringComparison.Ordinal)) ? null : group.Value;
        }
        return JsonObjects.Write(_names, values);
    }

    [GeneratedRegex("""^(\S+) (\S+) (\S+) \[([^\]]+)\] "((?:[^"\\]|\\.)*)" (\d{3}) (\d+|-)$""", RegexOptions.CultureInvariant)]
    private static partial Regex Common();

    [GeneratedRegex("""^(\S+) (\S+) (\S+) \[([^\]]+)\] "((?:[^"\\]|\\.)*)" (\d{3}) (\d+|-) "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"$""", RegexOptions.CultureInvariant)]
    private static partial Regex Combined();

    [GeneratedRegex("""^\[([^\]]+)\] \[(?:([^:\]\s]+):)?([^\]\s]+)\](?: \[pid (\d+)(?::tid (\d+))?\])?(?: \[client ([^\]]+)\])? (.*)$""", RegexOptions.CultureInvariant)]
    private static partial Regex ApacheError();

    [GeneratedRegex("""^([A-Z][a-z]{2} +\d{1,2} \d{2}:\d{2}:\d{2}) (\S+) ([^\s\[:]+)(?:\[(\d+)\])?: ?(.*)$""", RegexOptions.CultureInvariant)]
    private static partial Regex Syslog();

    [GeneratedRegex("""^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})) (\S+) ([^\s\[:]+)(?:\[(\d+)\])?: ?(.*)$""", RegexOptions.CultureInvariant)]
    private static partial Regex Rfc3339Syslog();
}
