using System.Collections.Immutable;
using ActorStreams.Gateway.Auth;

namespace ActorStreams.Agent.Configuration;

/// <summary>What <c>agent.json</c> says, with the Kinesis agent's own defaults filled in.</summary>
public sealed record AgentSettings
{
    public required ImmutableArray<FlowSettings> Flows { get; init; }

    /// <summary>File of the checkpoints (a SQLite database); its folder is created. Losing it means starting anew at <c>initialPosition</c>.</summary>
    public required string CheckpointFile { get; init; }

    /// <summary>So long a file is remembered after it was last seen. Too short, and a file that comes back compressed is taken for a new one.</summary>
    public required TimeSpan CheckpointTimeToLive { get; init; }

    public required ServiceSettings Kinesis { get; init; }

    public required ServiceSettings Firehose { get; init; }

    public required AccessKey AccessKey { get; init; }

    /// <summary>Of temporary credentials; null for lasting ones.</summary>
    public string? SessionToken { get; init; }

    /// <summary>Between two lines of counts in the log.</summary>
    public required TimeSpan ReportPeriod { get; init; }

    /// <summary>So long a stop waits for puts that are under way; what they stored after that is sent again at the next start and left out.</summary>
    public required TimeSpan ShutdownTimeout { get; init; }
}

/// <summary>Where one of the two services is.</summary>
/// <param name="Region">Of the signature's scope.</param>
public sealed record ServiceSettings(Uri Endpoint, string Region)
{
    /// <summary>AWS does not know producers with positions: delivery to it is at least once.</summary>
    public bool IsAws =>
        Endpoint.Host.EndsWith(".amazonaws.com", StringComparison.OrdinalIgnoreCase) || Endpoint.Host.EndsWith(".amazonaws.com.cn", StringComparison.OrdinalIgnoreCase);
}

public enum DestinationKind
{
    KinesisStream = 1,
    DeliveryStream = 2,
}

public enum InitialPosition
{
    /// <summary>What is in the files at the first start is left out.</summary>
    EndOfFile = 1,
    StartOfFile = 2,
}

public enum PartitionKeyOption
{
    /// <summary>Evenly spread; follows from the file and the place in it, so that what is sent again has the key it had.</summary>
    Random = 1,

    /// <summary>The MD5 of the data, as hex digits.</summary>
    Deterministic = 2,
}

/// <summary>One flow: files on one side, a stream or delivery stream on the other.</summary>
public sealed record FlowSettings
{
    public required DestinationKind Kind { get; init; }

    public required string Destination { get; init; }

    /// <summary>Absolute.</summary>
    public required string Directory { get; init; }

    /// <summary>A glob for the names of files in the directory.</summary>
    public required string FileNames { get; init; }

    public InitialPosition InitialPosition { get; init; } = InitialPosition.EndOfFile;

    public PartitionKeyOption PartitionKeyOption { get; init; } = PartitionKeyOption.Random;

    /// <summary>The longest that a record waits for others to be sent with.</summary>
    public TimeSpan BufferAgeMax { get; init; } = TimeSpan.FromMinutes(1);

    public int BufferRecordsMax { get; init; } = FlowLimits.RecordsMax;

    public required int BufferBytesMax { get; init; }

    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Lines at the beginning of each file that are not sent.</summary>
    public int SkipHeaderLines { get; init; }

    /// <summary>A line that matches at its beginning starts a record; null where each line is one.</summary>
    public string? MultiLineStartPattern { get; init; }

    /// <summary>Delivery streams: lines are joined to records of up to so many bytes; 0 for a record a line.</summary>
    public int AggregatedRecordBytes { get; init; }

    /// <summary>Ends a record that was cut because it is larger than the destination takes.</summary>
    public string TruncatedRecordTerminator { get; init; } = "\n";

    public TimeSpan RetryPauseMin { get; init; } = TimeSpan.FromMilliseconds(100);

    public TimeSpan RetryPauseMax { get; init; } = TimeSpan.FromSeconds(10);

    public ImmutableArray<ProcessingSettings> Processing { get; init; } = [];

    /// <summary>Names the flow in the checkpoints, as the Kinesis agent names it: with another destination or pattern it is another flow.</summary>
    public string Id => $"{(Kind == DestinationKind.KinesisStream ? "kinesis" : "fh")}:{Destination}:{Directory}/{FileNames}";

    /// <summary>Data and key of one record together.</summary>
    public int RecordBytesMax => Kind == DestinationKind.KinesisStream ? FlowLimits.StreamRecordBytesMax : FlowLimits.DeliveryRecordBytesMax;
}

/// <summary>What the two services take, and with them the Kinesis agent.</summary>
internal static class FlowLimits
{
    /// <summary>PutRecords and PutRecordBatch: entries of one request.</summary>
    public const int RecordsMax = 500;

    /// <summary>PutRecords: the size that every Kinesis service takes; newer ones take 10 MiB.</summary>
    public const int StreamBytesMax = 5 * 1024 * 1024;

    /// <summary>PutRecordBatch.</summary>
    public const int DeliveryBytesMax = 4 * 1024 * 1024;

    public const int StreamRecordBytesMax = 1024 * 1024;

    /// <summary>PutRecordBatch: 1,000 KiB before base64.</summary>
    public const int DeliveryRecordBytesMax = 1000 * 1024;
}

/// <summary>One step of <c>dataProcessingOptions</c>.</summary>
public abstract record ProcessingSettings
{
    private ProcessingSettings() { }

    /// <summary>Joins the lines of a record.</summary>
    public sealed record SingleLine(bool Trim, bool EscapeNewLines) : ProcessingSettings;

    /// <param name="Delimiter">A regular expression.</param>
    public sealed record CsvToJson(ImmutableArray<string> Fields, string Delimiter, bool Indented) : ProcessingSettings;

    /// <param name="Fields">Null for the names of the format.</param>
    /// <param name="Pattern">Null for the pattern of the format.</param>
    public sealed record LogToJson(LogFormat Format, string? Pattern, ImmutableArray<string>? Fields, bool Indented) : ProcessingSettings;
}

public enum LogFormat
{
    CommonApacheLog = 1,
    CombinedApacheLog = 2,
    ApacheErrorLog = 3,
    Syslog = 4,
    Rfc3339Syslog = 5,
}
