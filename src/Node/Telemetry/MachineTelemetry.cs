using System.Collections.Immutable;

namespace ActorStreams.Node.Telemetry;

/// <summary>Turns counters that only grow into rates and shares between two looks. For one caller at a time.</summary>
internal sealed class MachineTelemetry(ICounterSource source, TimeProvider clock)
{
    private Counters _last = source.Read();
    private long _lastAt = clock.GetTimestamp();

    public static MachineTelemetry OfThisMachine(TimeProvider clock)
    {
        ICounterSource source = OperatingSystem.IsLinux() ? new LinuxCounters("/proc")
            : OperatingSystem.IsMacOS() ? new MacCounters()
            : OperatingSystem.IsWindows() ? new WindowsCounters()
            : new PortableCounters();
        return new MachineTelemetry(source, clock);
    }

    /// <summary>Metrics that this operating system does not offer.</summary>
    public ImmutableArray<string> NotOffered
    {
        get
        {
            var offered = Derive(_last, _last, 1).Select(r => r.Metric).ToHashSet(StringComparer.Ordinal);
            return [.. Metrics.All.Where(m => !offered.Contains(m))];
        }
    }

    public ImmutableArray<Reading> Read()
    {
        var now = source.Read();
        var at = clock.GetTimestamp();
        var readings = Derive(_last, now, clock.GetElapsedTime(_lastAt, at).TotalSeconds);
        (_last, _lastAt) = (now, at);
        return readings;
    }

    internal static ImmutableArray<Reading> Derive(Counters before, Counters after, double seconds)
    {
        var readings = ImmutableArray.CreateBuilder<Reading>();
        Add(Metrics.CpuPercent, Share(before, after));
        Add(Metrics.LoadOneMinute, after.LoadOneMinute);
        Add(Metrics.MemoryUsedPercent, after.MemoryUsedPercent);
        Add(Metrics.DiskReadBytesPerSecond, Rate(before.DiskReadBytes, after.DiskReadBytes));
        Add(Metrics.DiskWriteBytesPerSecond, Rate(before.DiskWrittenBytes, after.DiskWrittenBytes));
        Add(Metrics.DiskUsedPercent, after.DiskUsedPercent);
        Add(Metrics.NetworkReceivedBytesPerSecond, Rate(before.NetworkReceivedBytes, after.NetworkReceivedBytes));
        Add(Metrics.NetworkSentBytesPerSecond, Rate(before.NetworkSentBytes, after.NetworkSentBytes));
        return readings.ToImmutable();

        void Add(string metric, double? value)
        {
            if (value is { } v && double.IsFinite(v)) readings.Add(new Reading(metric, Math.Round(v, 3)));
        }

        // A device that goes away takes its share of the total with it: that is no negative rate.
        double? Rate(double? from, double? to) => seconds > 0 ? Math.Max(0, (to - from) / seconds ?? double.NaN) : null;
    }

    private static double? Share(Counters before, Counters after)
    {
        var all = after.CpuAllTicks - before.CpuAllTicks;
        return all is null ? null : all > 0 ? Math.Clamp(100 * (after.CpuBusyTicks - before.CpuBusyTicks) / all ?? 0, 0, 100) : 0;
    }
}
