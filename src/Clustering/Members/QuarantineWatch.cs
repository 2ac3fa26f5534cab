using Akka.Actor;
using Akka.Cluster;
using Akka.Remote;

namespace ActorStreams.Clustering.Members;

/// <summary>
/// Notices that the others have removed this member while it was stopped or cut off. They refuse its connections from then on, and say why; it would
/// take them for unreachable and decide for itself, which under lease-majority may end in a cluster of its own once the others gave the lease back.
/// </summary>
internal sealed class QuarantineWatch : ReceiveActor
{
    private readonly HashSet<string> _refusedBy = new(StringComparer.Ordinal);

    /// <param name="removed">Called, with the reason, once more than half of the others that vote refuse this member. One of them alone may be the one that is wrong.</param>
    public QuarantineWatch(Action<string> removed)
    {
        var cluster = Akka.Cluster.Cluster.Get(Context.System);
        Receive<ThisActorSystemQuarantinedEvent>(refused =>
        {
            _refusedBy.Add(refused.RemoteAddress.HostPort());
            var others = cluster.State.Members.Where(m => m.HasRole(ClusterRoles.Node) && m.Address != cluster.SelfAddress).ToList();
            if (others.Count(m => _refusedBy.Contains(m.Address.HostPort())) * 2 <= others.Count) return;
            removed($"Members of the cluster have removed this one and refuse it: {string.Join(", ", _refusedBy)}.");
            Context.Stop(Self);
        });
    }

    protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(ThisActorSystemQuarantinedEvent));

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);
}
