using System.Collections.Immutable;
using ActorStreams.MultiNode.Tests.Schedules;

namespace ActorStreams.MultiNode.Tests.Runs;

/// <summary>What became of one schedule.</summary>
/// <param name="Violations">Promises that were broken, in words; none when the run passed.</param>
/// <param name="Outages">For each fault, the longest time that a key could not be written.</param>
public sealed record RunResult(
    Schedule Schedule, RunCounts Counts, ImmutableArray<Outage> Outages, ImmutableArray<string> Violations, TimeSpan Took)
{
    public bool Passed => Violations.IsEmpty;

    /// <summary>Why calls failed after all their tries, each with how often, the most frequent first.</summary>
    public ImmutableArray<string> Failures { get; init; } = [];
}

/// <param name="Acknowledged">Records acknowledged, each of them found.</param>
/// <param name="Stored">Records in the store, those without an acknowledgement included.</param>
/// <param name="Retries">Tries beyond the first of a call.</param>
/// <param name="FailedCalls">Calls that were not answered with success after all tries.</param>
/// <param name="Alerts">Of the pipeline.</param>
/// <param name="OwnerChanges">Times that a shard came to another node, or to a new life of one.</param>
public sealed record RunCounts(
    int Acknowledged, int Stored, int Retries, int FailedCalls, int Alerts, int OwnerChanges, long LostWrites, long FailedWrites, int Restarts)
{
    public static RunCounts None { get; } = new(0, 0, 0, 0, 0, 0, 0, 0, 0);
}

/// <param name="Worst">From the last acknowledgement before to the first after, for the key that waited longest; zero where none waited.</param>
public sealed record Outage(Fault Fault, TimeSpan Worst);
