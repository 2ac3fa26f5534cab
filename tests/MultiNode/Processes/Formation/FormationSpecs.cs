using Xunit.Abstractions;

namespace ActorStreams.MultiNode.Tests.Processes.Formation;

/// <summary>There is one cluster over a store, however its members start.</summary>
[Trait("Speed", "Long")]
public sealed class FormationSpecs(ITestOutputHelper output)
{
    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Processes_that_start_in_any_order_form_one_cluster(int seed)
    {
        ProcessRequirements.Clusters();

        var seen = await FormationTrial.FirstAsync(seed);

        output.WriteLine($"{seen}");
        Assert.Empty(seen.Violations);
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task A_seed_that_restarts_inside_a_partition_waits_and_joins_when_it_is_over(int lighthouses)
    {
        ProcessRequirements.Partitions();

        var seen = await FormationTrial.RestartInsidePartitionAsync(lighthouses);

        output.WriteLine($"{seen}");
        Assert.Empty(seen.Violations);
    }
}
