using System.Diagnostics.Metrics;
using Akka.Actor;
using Akka.Cluster;
using AkkaCluster = Akka.Cluster.Cluster;

namespace ActorStreams.Management.Membership;

/// <summary>The cluster as this node sees it, and whether the node is ready, as metrics; meter <c>ActorStreams.Cluster</c>.</summary>
public sealed class ClusterMetrics : IDisposable
{
    public const string MeterName = "ActorStreams.Cluster";
    private readonly Meter _meter = new(MeterName);

    /// <param name="system">Null while the node starts.</param>
    public ClusterMetrics(Func<ActorSystem?> system, Readiness readiness)
    {
        _meter.CreateObservableGauge("actorstreams.cluster.members", () => Members(system()), "{member}", "Members of the cluster, by status.");
        _meter.CreateObservableGauge(
            "actorstreams.cluster.unreachable", () => system() is { } found ? AkkaCluster.Get(found).State.Unreachable.Count : 0, "{member}",
            "Members that somebody does not reach.");
        _meter.CreateObservableGauge("actorstreams.ready", () => Parts(readiness), description: "1 for each part of the node that is there, 0 for one that is not.");
    }

    public void Dispose() => _meter.Dispose();

    // Each status always has its series, so that a fall to none is seen.
    private static IEnumerable<Measurement<int>> Members(ActorSystem? system)
    {
        var members = system is null ? [] : AkkaCluster.Get(system).State.Members.ToList();
        return Enum.GetValues<MemberStatus>().Where(s => s != MemberStatus.Removed)
            .Select(s => new Measurement<int>(members.Count(m => m.Status == s), new KeyValuePair<string, object?>("status", s.ToString())));
    }

    private static IEnumerable<Measurement<int>> Parts(Readiness readiness) => readiness.Parts.Select(
        p => new Measurement<int>(p.Value is null ? 1 : 0, new KeyValuePair<string, object?>("part", p.Key)));
}
