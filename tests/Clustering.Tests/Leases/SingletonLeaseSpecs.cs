using Akka.Actor;
using Akka.Cluster.Tools.Singleton;

namespace ActorStreams.Clustering.Tests.Leases;

/// <summary>The lease keeps singletons single where membership does not: in two clusters over one store.</summary>
public class SingletonLeaseSpecs
{
    [SkippableFact]
    public async Task Of_two_clusters_over_one_store_one_runs_the_singleton_and_the_other_takes_over_when_it_ends()
    {
        await using var store = await LeaseStore.CreateAsync();
        await using var clusters = new LeaseClusters();
        var (first, second) = (clusters.Start(store.Source, Downing.KeepMajority), clusters.Start(store.Source, Downing.KeepMajority));
        await LeaseClusters.FormAsync(first);
        await LeaseClusters.FormAsync(second);
        var name = "lease-cluster-singleton-akka://lease-cluster/user/only";

        var running = Run(first);
        await LeaseClusters.UntilAsync(() => running.IsRunning, "first singleton");
        var waiting = Run(second);
        // Renewed once, so that the second one was refused meanwhile.
        var granted = await store.RowAsync(name);
        await LeaseClusters.UntilAsync(async () => (await store.RowAsync(name)).ExpiresAt > granted.ExpiresAt.AddSeconds(1.5), "renewal");
        Assert.False(waiting.IsRunning);
        Assert.True(running.IsRunning);

        await first.Terminate();
        await LeaseClusters.UntilAsync(() => waiting.IsRunning, "second singleton");
        Assert.False(running.IsRunning);
        Assert.Equal(granted.Epoch + 1, (await store.RowAsync(name)).Epoch);
    }

    [SkippableFact]
    public async Task A_singleton_whose_lease_is_taken_stops()
    {
        await using var store = await LeaseStore.CreateAsync();
        await using var clusters = new LeaseClusters();
        var system = clusters.Start(store.Source, Downing.KeepMajority);
        await LeaseClusters.FormAsync(system);
        var run = Run(system);
        await LeaseClusters.UntilAsync(() => run.IsRunning, "singleton");

        await store.ExecuteAsync("UPDATE actorstreams_lease SET owner = 'thief:1#1', epoch = epoch + 1, expires_at = clock_timestamp() + interval '1 hour'");
        await LeaseClusters.UntilAsync(() => !run.IsRunning, "end of the singleton");

        await store.ExecuteAsync("UPDATE actorstreams_lease SET expires_at = clock_timestamp()");
        await LeaseClusters.UntilAsync(() => run.IsRunning, "new singleton");
    }

    private static RunState Run(ActorSystem system)
    {
        var run = new RunState();
        system.ActorOf(
            ClusterSingletonManager.Props(Props.Create(() => new Only(run)), PoisonPill.Instance, ClusterSingletonManagerSettings.Create(system)), "only");
        return run;
    }

    private sealed class RunState
    {
        private int _running;

        public bool IsRunning => Volatile.Read(ref _running) > 0;

        public void Add(int by) => Interlocked.Add(ref _running, by);
    }

    private sealed class Only(RunState run) : ReceiveActor
    {
        protected override void PreStart() => run.Add(1);

        protected override void PostStop() => run.Add(-1);
    }
}
