namespace ActorStreams.Clustering.Members;

/// <summary>Tells processes that share a loopback from those that do not.</summary>
internal static class Machine
{
    private const string BootId = "/proc/sys/kernel/random/boot_id";
    private const string NetworkNamespace = "/proc/self/ns/net";

    /// <summary>The same for all processes that reach each other at 127.0.0.1: of one boot of one machine, and on Linux of one network namespace.</summary>
    public static string Id { get; } = Read();

    private static string Read()
    {
        try
        {
            if (File.Exists(BootId)) return $"{File.ReadAllText(BootId).Trim()}/{File.ResolveLinkTarget(NetworkNamespace, returnFinalTarget: false)?.Name}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The name has to do.
        }

        return Environment.MachineName;
    }
}
