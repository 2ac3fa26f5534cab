using ActorStreams.Clustering.Members;
using ActorStreams.Clustering.Tests.Leases;
using Akka.Actor;

namespace ActorStreams.Clustering.Tests.Members;

public class QuarantineWatchSpecs
{
    /// <summary>The one that is removed decides nothing by itself, as one that was stopped meanwhile.</summary>
    [Fact]
    public async Task A_member_that_the_others_removed_learns_it_when_it_reaches_them_again()
    {
        await using var clusters = new LeaseClusters();
        var (a, b) = (clusters.Start(clusters.Away, Downing.KeepMajority), clusters.Start(clusters.Away, Downing.KeepMajority));
        var removed = clusters.Start(clusters.Away, Downing.KeepMajority, "akka.cluster.split-brain-resolver.stable-after = 10m");
        await LeaseClusters.FormAsync(a, b, removed);
        var learned = Watch(removed);
        var kept = Watch(a);

        await LeaseClusters.CutAsync([a, b], [removed]);
        await LeaseClusters.UntilAsync(() => LeaseClusters.Members(a) == 2 && LeaseClusters.Members(b) == 2, "cluster of the two");
        Assert.False(learned.Task.IsCompleted);
        await LeaseClusters.HealAsync([a, b], [removed]);

        Assert.Contains("removed this one", await learned.Task.WaitAsync(TimeSpan.FromSeconds(60)), StringComparison.Ordinal);
        Assert.False(kept.Task.IsCompleted);
    }

    private static TaskCompletionSource<string> Watch(ActorSystem system)
    {
        var removed = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        Action<string> told = removed.SetResult;
        system.ActorOf(Props.Create(() => new QuarantineWatch(told)));
        return removed;
    }
}
