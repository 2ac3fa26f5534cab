using ActorStreams.MultiNode.Tests.Schedules;
using Xunit.Abstractions;

namespace ActorStreams.MultiNode.Tests.Processes;

/// <summary>What goes by a lease in the store cannot decide without the store: all nodes end, and what supervises them starts them again.</summary>
[Trait("Speed", "Long")]
public sealed class LeaseMajoritySpecs(ITestOutputHelper output)
{
    private const int RemovedCode = 5;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static readonly IReadOnlyDictionary<string, string> s_settings = new Dictionary<string, string> { ["Cluster:Downing"] = "LeaseMajority" };

    [SkippableFact]
    public async Task With_the_store_away_and_a_node_lost_every_node_ends_and_the_cluster_is_back_with_the_store()
    {
        ProcessRequirements.Clusters();
        await using var cluster = await ProcessCluster.FormAsync(3, s_settings);
        var stop = new Fault.StopStore(default, default);

        await cluster.BeginAsync(stop, CancellationToken.None);
        await cluster.BeginAsync(new Fault.Kill(default, default, Node: 2), CancellationToken.None);
        await UntilAsync(() => cluster.Nodes.Take(2).All(n => n.Exits.Any(e => e.Code == RemovedCode)), cluster);
        await cluster.EndAsync(stop, CancellationToken.None);
        var start = TimeProvider.System.GetTimestamp();
        await cluster.HealAsync(CancellationToken.None);

        foreach (var exit in cluster.Exits) output.WriteLine($"{exit}");
        output.WriteLine($"one ready cluster {TimeProvider.System.GetElapsedTime(start).TotalSeconds:0.0} s after the store's return");
    }

    [SkippableFact]
    public async Task With_the_store_there_the_majority_gets_the_lease_and_goes_on()
    {
        ProcessRequirements.Clusters();
        await using var cluster = await ProcessCluster.FormAsync(3, s_settings);

        await cluster.BeginAsync(new Fault.Kill(default, default, Node: 0), CancellationToken.None);
        var start = TimeProvider.System.GetTimestamp();
        await UntilAsync(() => cluster.Nodes.Skip(1).All(n => Nodes.AdminPage.MembersAsync(n.AdminEndpoint).GetAwaiter().GetResult()?.Count == 2), cluster);

        output.WriteLine($"two members {TimeProvider.System.GetElapsedTime(start).TotalSeconds:0.0} s after the third was killed");
        Assert.Empty(cluster.Exits);
    }

    private async Task UntilAsync(Func<bool> condition, ProcessCluster cluster)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > s_patience)
            {
                foreach (var exit in cluster.Exits) output.WriteLine($"{exit}");
                throw new TimeoutException($"It did not come to be within {s_patience.TotalSeconds} s. The logs:\n{cluster.Log}");
            }

            await Task.Delay(100);
        }
    }
}
