using ActorStreams.MultiNode.Tests.Runs;
using ActorStreams.MultiNode.Tests.Schedules;
using ActorStreams.TestKit;
using Xunit.Abstractions;

namespace ActorStreams.MultiNode.Tests.InProcess;

/// <summary>A few schedules of the many that <c>./build.sh chaos</c> runs: three that every build runs, and one that nobody knows.</summary>
public sealed class ChaosSpecs(ITestOutputHelper output)
{
    [SkippableTheory]
    [InlineData(1020)] // A node is killed.
    [InlineData(1023)] // The store stops while the stream is scaled, and a link is cut.
    [InlineData(1058)] // A node stands still until others have its shards, and another leaves.
    public Task A_known_schedule_breaks_no_promise(int seed) => RunAsync(seed);

    [SkippableFact]
    public Task A_schedule_that_nobody_knows_breaks_no_promise() => RunAsync(Random.Shared.Next(1_000_000));

    private async Task RunAsync(int seed)
    {
        Requires.Postgres();
        var schedule = ScheduleGenerator.Draw(seed, ScheduleScale.InProcess);
        output.WriteLine($"{schedule}\nagain: ./build.sh chaos --runs 1 --seed {seed}");
        await using var cluster = await InProcessCluster.StartAsync(schedule.Nodes);

        var result = await new ChaosRun(schedule, cluster, RunRules.InProcess).RunAsync();

        output.WriteLine(RunReport.Line(result));
        if (!result.Passed) output.WriteLine(cluster.Log);
        Assert.Empty(result.Violations);
    }
}
