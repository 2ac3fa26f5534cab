using ActorStreams.Clustering.Leases;
using Akka.Actor;
using Akka.Cluster.Tools.Singleton;

namespace ActorStreams.Clustering.Tests.Leases;

/// <summary>What lease-majority does and what it does not do: three nodes, cut two against one.</summary>
public class LeaseMajoritySpecs
{
    [SkippableFact]
    public async Task The_majority_gets_the_lease_first_and_the_others_leave()
    {
        await using var store = await LeaseStore.CreateAsync();
        await using var clusters = new LeaseClusters();
        var (a, b, c) = await FormAsync(clusters, store, store, store);

        await LeaseClusters.CutAsync([a, b], [c]);

        await LeaseClusters.EndAsync(c);
        await LeaseClusters.UntilAsync(() => LeaseClusters.Members(a) == 2 && LeaseClusters.Members(b) == 2, "cluster of the two");
        Assert.False(a.WhenTerminated.IsCompleted || b.WhenTerminated.IsCompleted);
        Assert.Contains((await store.RowAsync("lease-cluster-akka-sbr")).Owner, new[] { a, b }.Select(OwnerOf));
    }

    [SkippableFact]
    public async Task A_majority_that_the_store_does_not_answer_leaves_and_the_minority_goes_on()
    {
        await using var store = await LeaseStore.CreateAsync();
        await using var clusters = new LeaseClusters();
        var (a, b, c) = await FormAsync(clusters, null, null, store);

        await LeaseClusters.CutAsync([a, b], [c]);

        await LeaseClusters.EndAsync(a, b);
        await LeaseClusters.UntilAsync(() => LeaseClusters.Members(c) == 1, "cluster of the one");
        Assert.False(c.WhenTerminated.IsCompleted);
    }

    /// <summary>Their supervisor starts them again, and they form a cluster when the store is back.</summary>
    [Fact]
    public async Task With_the_store_away_and_a_node_lost_all_leave()
    {
        await using var clusters = new LeaseClusters();
        var (a, b, c) = await FormAsync(clusters, null, null, null);

        await LeaseClusters.CutAsync([a, b], [c]);

        await LeaseClusters.EndAsync(a, b, c);
    }

    [Fact]
    public async Task The_settings_of_leases_are_those_that_akka_uses()
    {
        await using var clusters = new LeaseClusters();
        var system = clusters.Start(clusters.Away, Downing.LeaseMajority);

        var singleton = ClusterSingletonManagerSettings.Create(system).LeaseSettings;
        Assert.Equal(SqlLease.ConfigPath, singleton.LeaseImplementation);
        Assert.Equal(TimeSpan.FromMilliseconds(500), singleton.LeaseRetryInterval);
        var lease = Assert.IsType<SqlLease>(Akka.Coordination.LeaseProvider.Get(system).GetLease("any", SqlLease.ConfigPath, "a:1"));
        Assert.Equal(
            new LeaseTerms(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)), LeaseTerms.From(lease.Settings.TimeoutSettings));
        Assert.Equal("keep-majority", LeaseClusters.ConfigOf(Downing.KeepMajority).GetString("akka.cluster.split-brain-resolver.active-strategy"));
    }

    private static string OwnerOf(ActorSystem member)
    {
        var self = Akka.Cluster.Cluster.Get(member).SelfUniqueAddress;
        return $"{self.Address.HostPort()}#{self.Uid}";
    }

    /// <param name="a">Null for a store that does not answer it.</param>
    private static async Task<(ActorSystem A, ActorSystem B, ActorSystem C)> FormAsync(LeaseClusters clusters, LeaseStore? a, LeaseStore? b, LeaseStore? c)
    {
        ActorSystem[] members = [.. new[] { a, b, c }.Select(store => clusters.Start(store?.Source ?? clusters.Away, Downing.LeaseMajority))];
        await LeaseClusters.FormAsync(members);
        return (members[0], members[1], members[2]);
    }
}
