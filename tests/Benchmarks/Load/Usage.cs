using System.Diagnostics;
using System.Globalization;

namespace ActorStreams.Benchmarks.Load;

/// <summary>CPU time and bytes handed to the disk by some processes up to now. Bytes are known on Linux alone (<c>/proc/PID/io</c>).</summary>
public readonly record struct Usage(TimeSpan Cpu, long? WrittenBytes)
{
    public static Usage OfThisProcess() => Of(Environment.ProcessId);

    public static Usage Of(int processId)
    {
        using var process = Process.GetProcessById(processId);
        return new Usage(process.TotalProcessorTime, WrittenBytesOf(processId));
    }

    /// <summary>The process and its children that still run. One that ended between two readings is missing from the second, so this fits
    /// servers with long-lived workers, such as PostgreSQL under a connection pool.</summary>
    public static Usage OfTree(int rootId)
    {
        var sum = Of(rootId);
        foreach (var child in ChildrenOf(rootId))
        {
            try
            {
                sum += Of(child);
            }
            catch (Exception e) when (e is ArgumentException or InvalidOperationException or IOException)
            {
                // A short-lived worker ended since the list was read.
            }
        }
        return sum;
    }

    public static Usage operator +(Usage a, Usage b) => new(a.Cpu + b.Cpu, a.WrittenBytes + b.WrittenBytes);

    public static Usage operator -(Usage a, Usage b) => new(a.Cpu - b.Cpu, a.WrittenBytes - b.WrittenBytes);

    private static long? WrittenBytesOf(int processId)
    {
        var path = $"/proc/{processId}/io";
        return File.Exists(path) ? Field(path, "write_bytes:") : null;
    }

    /// <summary>Resident bytes now.</summary>
    public static long ResidentBytes(int processId)
    {
        using var process = Process.GetProcessById(processId);
        return process.WorkingSet64;
    }

    /// <summary>The most that was ever resident at one time.</summary>
    public static long ResidentBytesMax(int processId) =>
        File.Exists($"/proc/{processId}/status")
            ? Field($"/proc/{processId}/status", "VmHWM:") * 1024
            : ResidentBytes(processId);

    private static long Field(string path, string name)
    {
        var line = File.ReadLines(path).First(l => l.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal), NumberStyles.Any, CultureInfo.InvariantCulture);
    }

    private static IEnumerable<int> ChildrenOf(int processId)
    {
        var path = $"/proc/{processId}/task/{processId}/children";
        return File.Exists(path)
            ? File.ReadAllText(path).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id, CultureInfo.InvariantCulture))
            : [];
    }
}
