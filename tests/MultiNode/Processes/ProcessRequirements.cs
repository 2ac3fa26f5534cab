using ActorStreams.MultiNode.Tests.Processes.Networks;
using ActorStreams.TestKit;

namespace ActorStreams.MultiNode.Tests.Processes;

/// <summary>What the specs of this depth need.</summary>
internal static class ProcessRequirements
{
    private static bool IsBuildServer => string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>Clusters of processes: where there are no namespaces a build server goes on with loopback addresses, so that it tests what it can.</summary>
    public static void Clusters()
    {
        Requires.Postgres();
        Skip.If(OperatingSystem.IsWindows(), "Signals are sent on Linux and macOS only.");
        Skip.If(NamespaceNetwork.Missing is not null && !IsBuildServer, $"Processes with addresses of their own need {NamespaceNetwork.Missing}.");
    }

    /// <summary>Links that can be cut.</summary>
    public static void Partitions()
    {
        Requires.Postgres();
        Skip.If(NamespaceNetwork.Missing is not null, $"Cutting links between processes needs {NamespaceNetwork.Missing}.");
    }
}
