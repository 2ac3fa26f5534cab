using System.Collections.Concurrent;
using ActorStreams.Clustering.Members;
using ActorStreams.Clustering.Tests.Leases;
using Akka.Actor;
using Akka.Cluster;
using Akka.Remote;

namespace ActorStreams.Clustering.Tests.Members;

public class QuarantineWatchSpecs
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The others refuse it as they do one that they removed while it stood still. That it was really stopped and woken is in the specs of
    /// processes: here their gossip might tell it sooner that it is down.
    /// </summary>
    [Fact]
    public async Task A_member_learns_that_it_was_removed_from_the_refusals_of_more_than_half_of_the_others()
    {
        await using var clusters = new LeaseClusters();
        var (a, b) = (clusters.Start(clusters.Away, Downing.KeepMajority), clusters.Start(clusters.Away, Downing.KeepMajority));
        var removed = clusters.Start(clusters.Away, Downing.KeepMajority, "akka.cluster.split-brain-resolver.stable-after = 10m");
        await LeaseClusters.FormAsync(a, b, removed);
        var (learned, kept) = (Watch(removed), Watch(a));
        var refusals = Refusals(removed);

        Refuse(a, removed);
        await LeaseClusters.UntilAsync(() => refusals.Contains(AddressOf(a)), "refusal of the first");
        Assert.False(learned.Task.IsCompleted);
        Refuse(b, removed);

        var reason = await learned.Task.WaitAsync(s_patience);
        Assert.Contains("removed this one", reason, StringComparison.Ordinal);
        Assert.Contains(AddressOf(a), reason, StringComparison.Ordinal);
        Assert.Contains(AddressOf(b), reason, StringComparison.Ordinal);
        Assert.False(kept.Task.IsCompleted);
    }

    private static string AddressOf(ActorSystem system) => Akka.Cluster.Cluster.Get(system).SelfAddress.HostPort();

    private static void Refuse(ActorSystem system, ActorSystem other)
    {
        var refused = Akka.Cluster.Cluster.Get(other).SelfUniqueAddress;
        ((IRemoteActorRefProvider)((ExtendedActorSystem)system).Provider).Quarantine(refused.Address, refused.Uid);
    }

    private static TaskCompletionSource<string> Watch(ActorSystem system)
    {
        var removed = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        Action<string> told = removed.SetResult;
        system.ActorOf(Props.Create(() => new QuarantineWatch(told)));
        return removed;
    }

    /// <summary>The members that have refused this one so far.</summary>
    private static ConcurrentBag<string> Refusals(ActorSystem system)
    {
        var refusals = new ConcurrentBag<string>();
        var listener = system.ActorOf(Props.Create(() => new Listener(refusals)));
        system.EventStream.Subscribe(listener, typeof(ThisActorSystemQuarantinedEvent));
        return refusals;
    }

    private sealed class Listener : ReceiveActor
    {
        public Listener(ConcurrentBag<string> refusals) =>
            Receive<ThisActorSystemQuarantinedEvent>(refused => refusals.Add(refused.RemoteAddress.HostPort()));
    }
}
