using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace ActorStreams.Node.Telemetry;

/// <summary>
/// macOS: processor ticks by host_statistics, load by getloadavg(3), memory by vm_stat(1), disks by iostat(8), network by .NET.
/// </summary>
internal sealed partial class MacCounters : ICounterSource
{
    private const int HostCpuLoadInfo = 3;
    private const int CpuStates = 4;
    private const int CpuStateIdle = 2;

    private readonly double? _memoryBytes = ParseNumber(CommandOutput.Of("sysctl", "-n", "hw.memsize"));

    public Counters Read()
    {
        var (busy, all) = Cpu();
        var (received, sent) = PortableCounters.Networks();
        return new Counters
        {
            CpuBusyTicks = busy,
            CpuAllTicks = all,
            LoadOneMinute = Load(),
            MemoryUsedPercent = MemoryUsedPercent(CommandOutput.Of("vm_stat"), _memoryBytes),
            DiskUsedPercent = PortableCounters.UsedPercentOfCurrentDisk(),
            // iostat does not tell reads from writes; the total is put as written, and reads are left out.
            DiskWrittenBytes = DiskBytes(CommandOutput.Of("iostat", "-dI")),
            NetworkReceivedBytes = received,
            NetworkSentBytes = sent,
        };
    }

    /// <summary>Wired, active and compressed pages, which is what Activity Monitor calls used, less the app's file cache.</summary>
    internal static double? MemoryUsedPercent(string? vmStat, double? memoryBytes)
    {
        if (vmStat is null || memoryBytes is not > 0) return null;
        var page = ParseNumber(PageSize().Match(vmStat).Groups[1].Value);
        double? Pages(string name) => ParseNumber(Regex.Match(vmStat, Regex.Escape(name) + @":\s+(\d+)").Groups[1].Value);
        return 100 * (Pages("Pages active") + Pages("Pages wired down") + Pages("Pages occupied by compressor")) * page / memoryBytes;
    }

    /// <summary>The third column of each disk is its total in MB: <c>KB/t xfrs MB</c>.</summary>
    internal static double? DiskBytes(string? iostat)
    {
        var last = iostat?.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault();
        var columns = last?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        return columns.Length < 3 ? null : columns.Where((_, i) => i % 3 == 2).Sum(c => ParseNumber(c) ?? 0) * 1024 * 1024;
    }

    private static (double? Busy, double? All) Cpu()
    {
        var ticks = new uint[CpuStates];
        var count = CpuStates;
        if (NativeHostStatistics(NativeMachHostSelf(), HostCpuLoadInfo, ticks, ref count) != 0) return (null, null);
        var all = ticks.Sum(t => (double)t);
        return (all - ticks[CpuStateIdle], all);
    }

    private static double? Load()
    {
        var loads = new double[3];
        return NativeGetLoadAverage(loads, loads.Length) > 0 ? loads[0] : null;
    }

    private static double? ParseNumber(string? text) => double.TryParse(text?.Trim(), CultureInfo.InvariantCulture, out var number) ? number : null;

    [GeneratedRegex(@"page size of (\d+) bytes")]
    private static partial Regex PageSize();

    [DllImport("libSystem", EntryPoint = "mach_host_self")]
    private static extern uint NativeMachHostSelf();

    [DllImport("libSystem", EntryPoint = "host_statistics")]
    private static extern int NativeHostStatistics(uint host, int flavor, [Out] uint[] info, ref int count);

    [DllImport("libSystem", EntryPoint = "getloadavg")]
    private static extern int NativeGetLoadAverage([Out] double[] loads, int count);
}
