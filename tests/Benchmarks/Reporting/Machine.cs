using System.Diagnostics;
using System.Runtime.InteropServices;
using ActorStreams.Benchmarks.Load;

namespace ActorStreams.Benchmarks.Reporting;

/// <summary>What a figure must be read with: cores, processor, system, and how long this disk takes to make 4 KiB durable.</summary>
public sealed record Machine(
    int Cores, string CpuModel, double MemoryGigabytes, string OperatingSystem, string Runtime, string FileSystem, double FsyncP50Ms, double FsyncP99Ms)
{
    /// <summary>Looks at the machine and measures fsync in <paramref name="folder"/>, where the data will be.</summary>
    public static Machine Observe(string folder)
    {
        var fsync = MeasureFsync(folder);
        return new Machine(
            Environment.ProcessorCount, CpuModelName(), Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9, 1),
            RuntimeInformation.OSDescription, Environment.Version.ToString(), FileSystemOf(folder), fsync.P50Ms, fsync.P99Ms);
    }

    private static Percentiles MeasureFsync(string folder)
    {
        const int writes = 200;
        var path = Path.Combine(folder, "fsync");
        var ticks = new List<long>(writes);
        using (var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write))
        {
            var page = new byte[4_096];
            for (var i = 0; i < writes; i++)
            {
                var start = Stopwatch.GetTimestamp();
                RandomAccess.Write(file, page, (long)i * page.Length);
                RandomAccess.FlushToDisk(file);
                ticks.Add(Stopwatch.GetTimestamp() - start);
            }
        }
        File.Delete(path);
        return Percentiles.Of(ticks)!.Value;
    }

    private static string CpuModelName()
    {
        const string cpuInfo = "/proc/cpuinfo";
        var line = File.Exists(cpuInfo) ? File.ReadLines(cpuInfo).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }

    private static string FileSystemOf(string folder)
    {
        var full = Path.GetFullPath(folder);
        var drive = DriveInfo.GetDrives()
            .Where(d => full.StartsWith(d.RootDirectory.FullName, StringComparison.Ordinal))
            .MaxBy(d => d.RootDirectory.FullName.Length);
        return drive?.DriveFormat ?? "unknown file system";
    }
}
