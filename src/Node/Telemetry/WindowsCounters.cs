using System.Runtime.InteropServices;

namespace ActorStreams.Node.Telemetry;

/// <summary>
/// Windows: processor times by GetSystemTimes, memory by GlobalMemoryStatusEx, network and disk use by .NET. Windows has no load
/// average, and its disk rates need the performance counter service, which may be off; both are left out.
/// </summary>
internal sealed class WindowsCounters : ICounterSource
{
    public Counters Read()
    {
        var (busy, all) = Cpu();
        var (received, sent) = PortableCounters.Networks();
        return new Counters
        {
            CpuBusyTicks = busy,
            CpuAllTicks = all,
            MemoryUsedPercent = Memory(),
            DiskUsedPercent = PortableCounters.UsedPercentOfCurrentDisk(),
            NetworkReceivedBytes = received,
            NetworkSentBytes = sent,
        };
    }

    // Kernel time contains idle time.
    private static (double? Busy, double? All) Cpu() =>
        NativeGetSystemTimes(out var idle, out var kernel, out var user) ? (kernel - idle + user, kernel + user) : (null, null);

    private static double? Memory()
    {
        var status = new MemoryStatus { Length = (uint)Marshal.SizeOf<MemoryStatus>() };
        return NativeGlobalMemoryStatus(ref status) && status.TotalPhysical > 0
            ? 100 * (1 - (double)status.AvailablePhysical / status.TotalPhysical)
            : null;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct MemoryStatus
    {
        public uint Length;
        public uint LoadPercent;
        public ulong TotalPhysical;
        public ulong AvailablePhysical;
        public ulong TotalPageFile;
        public ulong AvailablePageFile;
        public ulong TotalVirtual;
        public ulong AvailableVirtual;
        public ulong AvailableExtendedVirtual;
    }

    [DllImport("kernel32", EntryPoint = "GetSystemTimes", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool NativeGetSystemTimes(out long idle, out long kernel, out long user);

    [DllImport("kernel32", EntryPoint = "GlobalMemoryStatusEx", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool NativeGlobalMemoryStatus(ref MemoryStatus status);
}
