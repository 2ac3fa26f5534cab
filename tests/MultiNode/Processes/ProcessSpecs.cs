using ActorStreams.MultiNode.Tests.Schedules;
using ActorStreams.MultiNode.Tests.Workloads;
using Xunit.Abstractions;

namespace ActorStreams.MultiNode.Tests.Processes;

/// <summary>Schedules with real processes at the shipped settings.</summary>
public sealed class ProcessSpecs(ITestOutputHelper output)
{
    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Three_processes_lose_double_and_reorder_nothing(int seed)
    {
        ProcessRequirements.Clusters();

        var result = await ProcessRuns.RunAsync(seed, ScheduleScale.BriefProcesses, nodesMax: 3, output.WriteLine);

        output.WriteLine(Runs.RunReport.Line(result));
        Assert.Empty(result.Violations);
    }

    [SkippableFact]
    [Trait("Speed", "Long")]
    public async Task A_process_that_is_stopped_inside_a_transaction_and_woken_later_does_no_harm()
    {
        ProcessRequirements.Clusters();
        var schedule = new Schedule(
            Seed: 1, Nodes: 3, Shards: 6, Producers: 4, Load: TimeSpan.FromSeconds(25),
            [new Fault.PauseInTransaction(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(18), Node: 0)]);
        await using var cluster = await ProcessCluster.FormAsync(3, WatchPipeline.Settings);

        var result = await new Runs.ChaosRun(schedule, cluster, Runs.RunRules.Processes).RunAsync();

        output.WriteLine(Runs.RunReport.Line(result));
        foreach (var exit in cluster.Exits) output.WriteLine($"{exit}");
        if (!result.Passed) output.WriteLine(cluster.Log);
        Assert.Empty(result.Violations);
        Assert.True(cluster.HeldTransactions, "The process was stopped, and the database held no transaction of it open.");
    }
}
