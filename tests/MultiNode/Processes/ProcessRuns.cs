using ActorStreams.MultiNode.Tests.Runs;
using ActorStreams.MultiNode.Tests.Schedules;
using ActorStreams.MultiNode.Tests.Workloads;

namespace ActorStreams.MultiNode.Tests.Processes;

/// <summary>Schedules with real processes.</summary>
internal static class ProcessRuns
{
    /// <summary>One schedule on a cluster of its own. Which processes ended by themselves is said; the logs of a run that failed are kept.</summary>
    public static async Task<RunResult> RunAsync(int seed, ScheduleScale scale, int nodesMax, Action<string> say)
    {
        var schedule = ScheduleGenerator.Draw(seed, scale, nodesMax);
        await using var cluster = await ProcessCluster.FormAsync(schedule.Nodes, WatchPipeline.Settings);
        if (!cluster.Network.CanCut) schedule = WithoutCuts(schedule);
        var result = await new ChaosRun(schedule, cluster, RunRules.Processes).RunAsync();
        foreach (var exit in cluster.Exits) say($"     {exit}");
        if (!result.Passed) await cluster.KeepLogAsync($"schedule-{seed}");
        return result;
    }

    /// <summary>On the loopback no link can be cut: whoever would be cut off is stopped for the time instead.</summary>
    private static Schedule WithoutCuts(Schedule schedule) => schedule with
    {
        Faults =
        [
            .. schedule.Faults.SelectMany<Fault, Fault>(fault => fault switch
            {
                Fault.Cut cut => cut.Side.Select(node => new Fault.Pause(cut.At, cut.For, node)),
                Fault.CutStore cut => [new Fault.Pause(cut.At, cut.For, cut.Node)],
                Fault.Slow slow => [new Fault.Pause(slow.At, slow.For, slow.Node)],
                _ => [fault],
            }),
        ],
    };
}
