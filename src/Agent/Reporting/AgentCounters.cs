using System.Globalization;
using System.Text;

namespace ActorStreams.Agent.Reporting;

/// <summary>What an agent counts over its life. Safe from any thread.</summary>
public sealed class AgentCounters
{
    private readonly (string Name, string Help, Cell Value, bool IsGauge)[] _all;

    public AgentCounters() => _all =
    [
        ("records_sent_total", "Records that the destination has.", RecordsSent, false),
        ("bytes_sent_total", "Their bytes.", BytesSent, false),
        ("records_repeated_total", "Records that the destination had already and left out.", RecordsRepeated, false),
        ("records_filtered_total", "Records left out since LOGTOJSON's pattern does not match.", RecordsFiltered, false),
        ("records_unconverted_total", "Records sent as they are since a processing step failed.", RecordsUnconverted, false),
        ("records_truncated_total", "Records larger than the destination takes, of which the beginning was sent.", RecordsTruncated, false),
        ("records_failed_total", "Records refused one by one and sent again.", RecordsFailed, false),
        ("puts_total", "Requests that were answered.", Puts, false),
        ("puts_refused_total", "Requests that failed and were sent again.", PutsRefused, false),
        ("files_lost_total", "Files that went away before they were read to their end.", FilesLost, false),
        ("files_open", "Files that may grow or hold what was not sent.", FilesOpen, true),
        ("backlog_bytes", "Bytes in files that were not sent yet.", BacklogBytes, true),
    ];

    public Cell RecordsSent { get; } = new();

    public Cell BytesSent { get; } = new();

    public Cell RecordsRepeated { get; } = new();

    public Cell RecordsFiltered { get; } = new();

    public Cell RecordsUnconverted { get; } = new();

    public Cell RecordsTruncated { get; } = new();

    public Cell RecordsFailed { get; } = new();

    public Cell Puts { get; } = new();

    public Cell PutsRefused { get; } = new();

    public Cell FilesLost { get; } = new();

    public Cell FilesOpen { get; } = new();

    public Cell BacklogBytes { get; } = new();

    /// <summary>One line for the log.</summary>
    public string Line() => string.Create(
        CultureInfo.InvariantCulture,
        $"{RecordsSent.Value} records ({BytesSent.Value} bytes) sent in {Puts.Value} puts, {RecordsRepeated.Value} were there already, {RecordsFiltered.Value} filtered, {RecordsFailed.Value} records and {PutsRefused.Value} puts sent again; {FilesOpen.Value} files open, {BacklogBytes.Value} bytes behind, {FilesLost.Value} files lost.");

    /// <summary>Prometheus's text format.</summary>
    public string Exposition()
    {
        var text = new StringBuilder();
        foreach (var (name, help, value, isGauge) in _all)
        {
            text.Append(CultureInfo.InvariantCulture, $"# HELP actorstreams_agent_{name} {help}\n# TYPE actorstreams_agent_{name} {(isGauge ? "gauge" : "counter")}\n");
            text.Append(CultureInfo.InvariantCulture, $"actorstreams_agent_{name} {value.Value}\n");
        }
        return text.ToString();
    }

    /// <summary>One number.</summary>
    public sealed class Cell
    {
        private long _value;

        public long Value => Interlocked.Read(ref _value);

        public void Add(long count) => Interlocked.Add(ref _value, count);
    }
}
