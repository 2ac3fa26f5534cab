using System.Globalization;

namespace ActorStreams.Node.Telemetry;

/// <summary>Linux's counters out of <c>/proc</c>, as proc(5) describes the files.</summary>
internal sealed class LinuxCounters(string proc) : ICounterSource
{
    /// <summary>The unit of /proc/diskstats, whatever the device's own sector size.</summary>
    private const int SectorBytes = 512;

    public Counters Read()
    {
        var (busy, all) = Cpu(Lines("stat"));
        var (read, written) = Disks(Lines("diskstats"));
        var (received, sent) = Networks(Lines("net/dev"));
        return new Counters
        {
            CpuBusyTicks = busy,
            CpuAllTicks = all,
            LoadOneMinute = Lines("loadavg") is [var load, ..] ? Number(Words(load), 0) : null,
            MemoryUsedPercent = Memory(Lines("meminfo")),
            DiskReadBytes = read,
            DiskWrittenBytes = written,
            DiskUsedPercent = PortableCounters.UsedPercentOfCurrentDisk(),
            NetworkReceivedBytes = received,
            NetworkSentBytes = sent,
        };
    }

    private string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(Path.Combine(proc, file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // cpu  user nice system idle iowait irq softirq steal guest guest_nice; guest time is counted in user time already.
    private static (double? Busy, double? All) Cpu(string[] lines)
    {
        var words = Words(lines.FirstOrDefault(l => l.StartsWith("cpu ", StringComparison.Ordinal)) ?? "");
        if (words.Length < 5) return (null, null);
        var ticks = words.Skip(1).Take(8).Select((_, i) => Number(words, i + 1) ?? 0).ToArray();
        var all = ticks.Sum();
        return (all - ticks[3] - ticks.ElementAtOrDefault(4), all);
    }

    private static double? Memory(string[] lines)
    {
        double? Of(string name) => lines.FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal)) is { } line ? Number(Words(line), 1) : null;
        return 100 * (1 - Of("MemAvailable:") / Of("MemTotal:"));
    }

    // major minor name reads merged sectors-read ms writes merged sectors-written ...; partitions, loops and RAM disks would count twice or
    // count what no disk did.
    private static (double? Read, double? Written) Disks(string[] lines)
    {
        var disks = lines.Select(Words).Where(w => w.Length >= 10 && IsWholeDisk(w[2])).ToArray();
        return disks.Length == 0
            ? (null, null)
            : (disks.Sum(w => Number(w, 5) ?? 0) * SectorBytes, disks.Sum(w => Number(w, 9) ?? 0) * SectorBytes);
    }

    private static bool IsWholeDisk(string name)
    {
        if (name.StartsWith("nvme", StringComparison.Ordinal) || name.StartsWith("mmcblk", StringComparison.Ordinal)) return !name.Contains('p');
        string[] kinds = ["sd", "vd", "xvd", "hd"];
        return kinds.Any(k => name.StartsWith(k, StringComparison.Ordinal)) && !char.IsAsciiDigit(name[^1]);
    }

    // name: bytes packets errs drop fifo frame compressed multicast bytes ...; the loopback carries what never left the machine, but it
    // is all there is to see in a container without a network, and the demo's own traffic runs over it.
    private static (double? Received, double? Sent) Networks(string[] lines)
    {
        var devices = lines.Where(l => l.Contains(':')).Select(l => Words(l[(l.IndexOf(':') + 1)..])).Where(w => w.Length >= 9).ToArray();
        return devices.Length == 0 ? (null, null) : (devices.Sum(w => Number(w, 0) ?? 0), devices.Sum(w => Number(w, 8) ?? 0));
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static double? Number(string[] words, int index) =>
        index < words.Length && double.TryParse(words[index], CultureInfo.InvariantCulture, out var number) ? number : null;
}
