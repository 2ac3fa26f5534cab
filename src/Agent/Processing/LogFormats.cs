using System.Collections.Immutable;
using ActorStreams.Agent.Configuration;

namespace ActorStreams.Agent.Processing;

/// <summary>Patterns and field names of the log formats that LOGTOJSON knows by name, one group a field, as the Kinesis agent gives them.</summary>
internal static class LogFormats
{
    private const string Integer = @"(?:[+-]?[0-9]+)";
    private const string User = @"(?:[a-zA-Z0-9._-]+)";
    private const string Quoted = "\"([^\"]+)\"";
    private const string Host = @"(?:[\w-]+(?:\.[\w-]+)*(?:\.?|\b)|[\d.]+)";
    private const string Month =
        @"\b(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sep(?:tember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b";
    private const string Day = @"(?:Mon(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?)";
    private const string DayOfMonth = @"(?:0[1-9]|[12][0-9]|3[01]|[1-9])";
    private const string Year = @"(?:[1-9]\d*)";
    private const string Time = @"(?:(?:2[0123]|[01]?[0-9]):[0-5][0-9]:(?:[0-5]?[0-9]|60)(?:[:.,][0-9]+)?)";
    private const string Program = @"([\w._/%-]+)(?:\[([1-9][0-9]*)\])?: (.*)";
    private const string Facility = @"(?:<[0-9]+.[0-9]+> )?";

    private const string Common =
        $@"({Host}) ({User}) ({User}) \[({DayOfMonth}/{Month}/{Year}:{Time}\s{Integer})\] {Quoted} ({Integer}|-) ({Integer}|-)";

    private static readonly ImmutableArray<string> s_commonFields = ["host", "ident", "authuser", "datetime", "request", "response", "bytes"];
    private static readonly ImmutableArray<string> s_syslogFields = ["timestamp", "hostname", "program", "processid", "message"];

    public static string PatternOf(LogFormat format) => format switch
    {
        LogFormat.CommonApacheLog => Common + ".*",
        LogFormat.CombinedApacheLog => $"{Common} {Quoted} {Quoted}.*",
        LogFormat.ApacheErrorLog =>
            $@"\[({Day}\s+{Month}\s+{DayOfMonth}\s+{Time}\s+{Year})\] \[(?:(\w+):)?(\w+)\] \[pid ([0-9]+)(?::tid ([0-9]+))?\] \[client ({Host}(?::[1-9][0-9]*)?)\] (.*)",
        LogFormat.Syslog => $@"({Month}\s+{DayOfMonth}\s+{Time}) {Facility}({User}) {Program}",
        LogFormat.Rfc3339Syslog => $@"(\d{{4}}-\d{{2}}-\d{{2}}T\d{{2}}:\d{{2}}:\d{{2}}(?:\.\d+)?(?:Z|[-+]\d{{2}}:\d{{2}})) {Facility}({User}) {Program}",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "No such log format."),
    };

    public static ImmutableArray<string> FieldsOf(LogFormat format) => format switch
    {
        LogFormat.CommonApacheLog => s_commonFields,
        LogFormat.CombinedApacheLog => [.. s_commonFields, "referer", "agent"],
        LogFormat.ApacheErrorLog => ["timestamp", "module", "severity", "processid", "threadid", "client", "message"],
        _ => s_syslogFields,
    };

    /// <summary>Apache writes a dash for what it does not know.</summary>
    public static bool HasDashForNothing(LogFormat format) => format is LogFormat.CommonApacheLog or LogFormat.CombinedApacheLog or LogFormat.ApacheErrorLog;
}
