namespace ActorStreams.Node.Telemetry;

/// <summary>
/// What an operating system says of itself at one moment: totals since its start and present states. Null where it does not
/// offer the value. Times are in the system's own ticks, since only shares of them are used.
/// </summary>
internal sealed record Counters
{
    public double? CpuBusyTicks { get; init; }
    public double? CpuAllTicks { get; init; }
    public double? LoadOneMinute { get; init; }
    public double? MemoryUsedPercent { get; init; }
    public double? DiskReadBytes { get; init; }
    public double? DiskWrittenBytes { get; init; }
    public double? DiskUsedPercent { get; init; }
    public double? NetworkReceivedBytes { get; init; }
    public double? NetworkSentBytes { get; init; }
}

/// <summary>Reads the operating system's counters; never throws for one that is missing.</summary>
internal interface ICounterSource
{
    Counters Read();
}
