using System.Collections.Immutable;
using ActorStreams.MultiNode.Tests.Runs;
using ActorStreams.MultiNode.Tests.Schedules;
using ActorStreams.MultiNode.Tests.Workloads;

namespace ActorStreams.MultiNode.Tests.Checking;

/// <summary>How long writing stood still, from the acknowledgements of producers that put one key only.</summary>
public static class Outages
{
    // What begins later than this after a fault is not put down to it.
    private static readonly TimeSpan s_aftermath = TimeSpan.FromSeconds(1);

    /// <param name="end">When producers stopped, or later: a key that was never written again has waited until then.</param>
    public static ImmutableArray<Outage> Of(Schedule schedule, WorkloadLog log, TimeSpan end)
    {
        var keys = log.Acknowledged.GroupBy(a => a.Record.Producer)
            .Where(p => p.Select(a => a.Record.Key).Distinct().Count() == 1)
            .Select(p => p.Select(a => a.At).Distinct().Order().Append(end).ToArray()).ToArray();
        return [.. schedule.Faults.Select(fault => new Outage(fault, keys.Select(times => Longest(times, fault)).DefaultIfEmpty().Max()))];
    }

    /// <summary>The longest gap that stood open at some time of the fault.</summary>
    private static TimeSpan Longest(TimeSpan[] times, Fault fault)
    {
        var longest = TimeSpan.Zero;
        for (var i = 1; i < times.Length; i++)
        {
            var isOfFault = times[i] > fault.At && times[i - 1] < fault.Until + s_aftermath;
            if (isOfFault && times[i] - times[i - 1] > longest) longest = times[i] - times[i - 1];
        }

        return longest;
    }
}
