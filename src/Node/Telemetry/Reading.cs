namespace ActorStreams.Node.Telemetry;

/// <summary>One measured value of this machine; the unit is in the metric's name.</summary>
internal readonly record struct Reading(string Metric, double Value);

/// <summary>The names under which readings are put; also their partition keys.</summary>
internal static class Metrics
{
    public const string CpuPercent = "cpu.percent";
    public const string LoadOneMinute = "load.1m";
    public const string MemoryUsedPercent = "memory.used.percent";
    public const string DiskReadBytesPerSecond = "disk.read.bytes_per_second";
    public const string DiskWriteBytesPerSecond = "disk.write.bytes_per_second";
    public const string DiskUsedPercent = "disk.used.percent";
    public const string NetworkReceivedBytesPerSecond = "network.received.bytes_per_second";
    public const string NetworkSentBytesPerSecond = "network.sent.bytes_per_second";

    public static readonly IReadOnlyList<string> All =
    [
        CpuPercent, LoadOneMinute, MemoryUsedPercent, DiskReadBytesPerSecond, DiskWriteBytesPerSecond, DiskUsedPercent,
        NetworkReceivedBytesPerSecond, NetworkSentBytesPerSecond,
    ];
}
