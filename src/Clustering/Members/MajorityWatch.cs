using Akka.Actor;
using Akka.Cluster;
using static Akka.Cluster.ClusterEvent;

namespace ActorStreams.Clustering.Members;

/// <summary>Tells, at each change, whether this node sees a majority of those that vote.</summary>
internal sealed class MajorityWatch : ReceiveActor
{
    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(Context.System);
    private readonly Action<string?> _changed;

    public MajorityWatch(Action<string?> changed)
    {
        _changed = changed;
        Receive<CurrentClusterState>(Look);
        // The state of the extension is kept by another subscriber, which may not have come to this event yet; after the last one nobody would look again.
        Receive<IClusterDomainEvent>(_ => _cluster.SendCurrentClusterState(Self));
    }

    protected override void PreStart() =>
        _cluster.Subscribe(Self, SubscriptionInitialStateMode.InitialStateAsSnapshot, typeof(IMemberEvent), typeof(IReachabilityEvent));

    protected override void PostStop() => _cluster.Unsubscribe(Self);

    private void Look(CurrentClusterState state)
    {
        var voters = state.Members.Where(Votes).Select(m => m.Address).Order(Member.AddressOrdering).Select(a => a.ToString()).ToList();
        _changed(Majority.Lost(voters, state.Unreachable.Select(m => m.Address.ToString()).ToHashSet(StringComparer.Ordinal)));
    }

    private static bool Votes(Member member) => member.HasRole(ClusterRoles.Node) && member.Status is MemberStatus.Up or MemberStatus.Leaving;
}
