using System.Collections.Immutable;
using System.Globalization;

namespace ActorStreams.MultiNode.Tests.Schedules;

/// <summary>Everything that chance decides of a run, from one seed: the same seed gives the same schedule, whatever the machine does with it.</summary>
/// <param name="Load">How long producers write; all faults end within it.</param>
public sealed record Schedule(int Seed, int Nodes, int Shards, int Producers, TimeSpan Load, ImmutableArray<Fault> Faults)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"seed {Seed}: {Nodes} nodes, {Shards} shards, {Producers} producers, {Load.TotalSeconds:0.#} s; {string.Join("; ", Faults)}");
}

/// <summary>How long things take at a depth: clusters with shipped settings need longer to notice and to recover than those of one process.</summary>
/// <param name="Load">How long producers write.</param>
/// <param name="Calm">Without faults at the beginning.</param>
/// <param name="ShortestFault">Shorter ones than detection takes are wanted too.</param>
/// <param name="CutsStore">Whether a node can be cut off from the store alone.</param>
public sealed record ScheduleScale(TimeSpan Load, TimeSpan Calm, TimeSpan ShortestFault, TimeSpan LongestFault, int FaultsMax, bool CutsStore = false)
{
    public static ScheduleScale InProcess { get; } = new(
        TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(4.5), FaultsMax: 3);

    /// <summary>For each build: as short as detection allows.</summary>
    public static ScheduleScale BriefProcesses { get; } = new(
        TimeSpan.FromSeconds(12), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(8), FaultsMax: 2, CutsStore: true);

    public static ScheduleScale Processes { get; } = new(
        TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20), FaultsMax: 3, CutsStore: true);
}
