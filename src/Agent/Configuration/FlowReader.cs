using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using ActorStreams.Agent.Files;
using ActorStreams.Agent.Processing;

namespace ActorStreams.Agent.Configuration;

/// <summary>Reads one entry of <c>flows</c>.</summary>
internal static class FlowReader
{
    private const string OneAtATime = "a file's next put waits for the one before.";

    private static readonly Dictionary<string, InitialPosition> s_positions = new(StringComparer.Ordinal)
    {
        ["START_OF_FILE"] = InitialPosition.StartOfFile,
        ["END_OF_FILE"] = InitialPosition.EndOfFile,
    };

    private static readonly Dictionary<string, PartitionKeyOption> s_keys = new(StringComparer.Ordinal)
    {
        ["RANDOM"] = PartitionKeyOption.Random,
        ["DETERMINISTIC"] = PartitionKeyOption.Deterministic,
    };

    private static readonly Dictionary<string, LogFormat> s_formats = new(StringComparer.Ordinal)
    {
        ["COMMONAPACHELOG"] = LogFormat.CommonApacheLog,
        ["COMBINEDAPACHELOG"] = LogFormat.CombinedApacheLog,
        ["APACHEERRORLOG"] = LogFormat.ApacheErrorLog,
        ["SYSLOG"] = LogFormat.Syslog,
        ["RFC3339SYSLOG"] = LogFormat.Rfc3339Syslog,
    };

    private static readonly Dictionary<string, bool> s_jsonFormats = new(StringComparer.Ordinal) { ["COMPACT"] = false, ["PRETTYPRINT"] = true };

    /// <summary>Null where what names the flow is wrong.</summary>
    public static FlowSettings? Read(JsonSection flow)
    {
        var place = Place(flow);
        var destination = Destination(flow);
        var isStream = destination?.Kind != DestinationKind.DeliveryStream;
        var recordBytesMax = isStream ? FlowLimits.StreamRecordBytesMax : FlowLimits.DeliveryRecordBytesMax;
        var bytesMax = isStream ? FlowLimits.StreamBytesMax : FlowLimits.DeliveryBytesMax;
        var pauseMin = flow.Millis("retryInitialBackoffMillis", 100, 1, 600_000);
        var settings = new FlowSettings
        {
            Kind = destination?.Kind ?? DestinationKind.KinesisStream,
            Destination = destination?.Name ?? "",
            Directory = place?.Directory ?? "",
            FileNames = place?.Names ?? "",
            InitialPosition = flow.OneOf("initialPosition", s_positions) ?? InitialPosition.EndOfFile,
            PartitionKeyOption = flow.OneOf("partitionKeyOption", s_keys) ?? PartitionKeyOption.Random,
            BufferAgeMax = flow.Millis("maxBufferAgeMillis", 60_000, 1_000, 900_000),
            BufferRecordsMax = (int)flow.Integer("maxBufferSizeRecords", FlowLimits.RecordsMax, 1, FlowLimits.RecordsMax),
            BufferBytesMax = (int)flow.Integer("maxBufferSizeBytes", bytesMax, 1, bytesMax),
            PollInterval = flow.Millis("minTimeBetweenFilePollsMillis", 100, 1, 600_000),
            SkipHeaderLines = (int)flow.Integer("skipHeaderLines", 0, 0, 1_000_000),
            MultiLineStartPattern = flow.Pattern("multiLineStartPattern"),
            AggregatedRecordBytes = isStream ? 0 : (int)flow.Integer("aggregatedRecordSizeBytes", 0, 0, FlowLimits.DeliveryRecordBytesMax),
            TruncatedRecordTerminator = flow.Text("truncatedRecordTerminator") ?? "\n",
            RetryPauseMin = pauseMin,
            RetryPauseMax = flow.Millis("retryMaxBackoffMillis", Math.Max(10_000, (long)pauseMin.TotalMilliseconds), (long)pauseMin.TotalMilliseconds, 3_600_000),
            Processing = [.. flow.Sections("dataProcessingOptions").Select(Processing).OfType<ProcessingSettings>()],
        };
        if (Encoding.UTF8.GetByteCount(settings.TruncatedRecordTerminator) > recordBytesMax / 2)
            flow.Error("truncatedRecordTerminator", $"has more than {recordBytesMax / 2} bytes, half of what a record may have.");
        if (flow.FilledText("fileFooterPattern") is not null)
            flow.Error("fileFooterPattern", "is not supported: the lines that it keeps back would be sent. Remove it.");
        foreach (var name in new[] { "waitOnFullPublishQueueMillis", "waitOnEmptyPublishQueueMillis", "waitOnFullRetryQueueMillis", "publishQueueCapacity" })
            flow.NotUsed(name, OneAtATime);
        flow.NotUsed("maxTimeBetweenFileTrackerRefreshMillis", "the folder is looked through at each poll.");
        flow.NameUnknown();
        return place is null || destination is null ? null : settings;
    }

    private static (string Directory, string Names)? Place(JsonSection flow)
    {
        if (flow.FilledText("filePattern") is not { } pattern)
        {
            if (!flow.Has("filePattern")) flow.Error("filePattern", "is missing; it takes a path such as /var/log/app.log*.");
            else flow.Error("filePattern", "is empty; it takes a path such as /var/log/app.log*.");
            return null;
        }
        var slash = pattern.LastIndexOf('/');
        var (directory, names) = slash < 0 ? ("", pattern) : (slash == 0 ? "/" : pattern[..slash], pattern[(slash + 1)..]);
        if (!Path.IsPathRooted(directory)) flow.Error("filePattern", $"is '{pattern}'; it takes an absolute path such as /var/log/app.log*.");
        else if (names.Length == 0) flow.Error("filePattern", $"is '{pattern}', a folder; it takes a path with the name of a file at its end, such as {pattern}*.");
        else if (directory.AsSpan().IndexOfAny('*', '?', '[') >= 0 || directory.Contains('{', StringComparison.Ordinal))
            flow.Error("filePattern", $"is '{pattern}'; *, ?, [] and {{}} are allowed in the name of the file alone, not in its folder.");
        else if (!FilePattern.TryCreate(names, out _, out var wrong)) flow.Error("filePattern", $"is '{pattern}': {wrong}");
        else return (directory, names);
        return null;
    }

    private static (DestinationKind Kind, string Name)? Destination(JsonSection flow)
    {
        var (delivery, stream) = (flow.FilledText("deliveryStream"), flow.FilledText("kinesisStream"));
        if (delivery is not null && stream is not null)
        {
            flow.Error("deliveryStream", "and kinesisStream are both there; a flow takes one of them.");
            return null;
        }
        if (delivery is null && stream is null)
        {
            flow.Error("kinesisStream", "is missing; a flow takes kinesisStream or deliveryStream.");
            return null;
        }
        var (kind, name, max) = stream is not null ? (DestinationKind.KinesisStream, stream, 128) : (DestinationKind.DeliveryStream, delivery!, 64);
        if (name.Length <= max && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-')) return (kind, name);
        flow.Error(stream is not null ? "kinesisStream" : "deliveryStream", $"is '{name}'; it takes 1 to {max} letters, digits, '_', '.' and '-'.");
        return null;
    }

    private static ProcessingSettings? Processing(JsonSection option)
    {
        var name = option.Text("optionName");
        ProcessingSettings? settings = null;
        switch (name)
        {
            case "SINGLELINE":
                var parse = option.Texts("parseOptions") ?? [];
                foreach (var other in parse.Where(p => p is not ("NO_TRIM" or "ESCAPE_NEW_LINE")))
                    option.Error("parseOptions", $"holds '{other}'; it takes NO_TRIM and ESCAPE_NEW_LINE.");
                settings = new ProcessingSettings.SingleLine(!parse.Contains("NO_TRIM"), parse.Contains("ESCAPE_NEW_LINE"));
                break;
            case "CSVTOJSON":
                var columns = option.Texts("customFieldNames");
                if (columns is not { Length: > 0 }) option.Error("customFieldNames", "is missing or empty; it takes the names of the columns.");
                else settings = new ProcessingSettings.CsvToJson(columns.Value, option.Pattern("delimiter") ?? ",", IsIndented(option));
                break;
            case "LOGTOJSON":
                settings = LogToJson(option);
                break;
            default:
                option.Error("optionName", $"is '{name}'; it takes one of SINGLELINE, CSVTOJSON, LOGTOJSON.");
                return null;
        }
        option.NameUnknown();
        return settings;
    }

    private static ProcessingSettings.LogToJson? LogToJson(JsonSection option)
    {
        var format = option.OneOf("logFormat", s_formats);
        if (!option.Has("logFormat")) option.Error("logFormat", $"is missing; it takes one of {string.Join(", ", s_formats.Keys)}.");
        var (pattern, fields) = (option.Pattern("matchPattern"), option.Texts("customFieldNames"));
        if (pattern is not null && fields is null)
            option.Error("customFieldNames", "is missing; with matchPattern it takes a name for each group.");
        else if (fields is { } names && format is { } known)
        {
            var groups = pattern is null ? LogFormats.FieldsOf(known).Length : new Regex(pattern, RegexOptions.CultureInvariant).GetGroupNumbers().Length - 1;
            if (names.Length != groups)
                option.Error("customFieldNames", $"holds {names.Length} names; {(pattern is null ? "the format" : "matchPattern")} has {groups} groups, each of which takes one.");
        }
        return format is { } f ? new ProcessingSettings.LogToJson(f, pattern, fields, IsIndented(option)) : null;
    }

    private static bool IsIndented(JsonSection option) => option.OneOf("jsonFormat", s_jsonFormats) ?? false;
}
