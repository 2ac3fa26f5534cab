using System.Net.NetworkInformation;

namespace ActorStreams.Node.Telemetry;

/// <summary>What .NET itself tells on every operating system: network totals and how full the disk is.</summary>
internal sealed class PortableCounters : ICounterSource
{
    public Counters Read()
    {
        var (received, sent) = Networks();
        return new Counters { DiskUsedPercent = UsedPercentOfCurrentDisk(), NetworkReceivedBytes = received, NetworkSentBytes = sent };
    }

    /// <summary>How full the disk is that the working folder lies on; null where that cannot be told.</summary>
    public static double? UsedPercentOfCurrentDisk()
    {
        try
        {
            var drive = new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(Environment.CurrentDirectory)! : Environment.CurrentDirectory);
            return drive.TotalSize > 0 ? 100.0 * (drive.TotalSize - drive.TotalFreeSpace) / drive.TotalSize : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    public static (double? Received, double? Sent) Networks()
    {
        try
        {
            var all = NetworkInterface.GetAllNetworkInterfaces().Select(i => i.GetIPStatistics()).ToArray();
            return all.Length == 0 ? (null, null) : (all.Sum(s => (double)s.BytesReceived), all.Sum(s => (double)s.BytesSent));
        }
        catch (Exception e) when (e is NetworkInformationException or PlatformNotSupportedException)
        {
            return (null, null);
        }
    }
}
