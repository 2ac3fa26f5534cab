using System.Collections.Immutable;
using System.Globalization;
using Akka.Actor;
using Akka.Cluster;
using AkkaCluster = Akka.Cluster.Cluster;

namespace ActorStreams.Management.Membership;

/// <summary>
/// <c>/cluster/members</c> and <c>/bootstrap/seed-nodes</c>: who is in the cluster, as this node sees it, and the ways in and out. Routes and
/// shapes are those of Akka.Management, so that its clients work here and it could take this page's place.
/// </summary>
/// <param name="system">Null while the node starts.</param>
public sealed class MembersPage(Func<ActorSystem?> system) : IManagementPage
{
    /// <summary>As many as Akka.Management tells a node that looks for a cluster.</summary>
    private const int SeedNodesMax = 5;

    public IEnumerable<ManagementRoute> Routes =>
    [
        ManagementRoute.Get("/bootstrap/seed-nodes", call => call.AnswerAsync(SeedNodes(Cluster()), MembershipJson.Default.SeedNodesAnswer)),
        ManagementRoute.Get("/cluster/members", call => call.AnswerAsync(Members(Cluster()), MembershipJson.Default.MembersAnswer)),
        ManagementRoute.Post("/cluster/members", JoinAsync),
        // An address may come encoded, as one part of the path, or as it is.
        ManagementRoute.Get("/cluster/members/{**node}", call => call.AnswerAsync(Describe(Find(Cluster(), call["node"])), MembershipJson.Default.MemberAnswer)),
        ManagementRoute.Delete("/cluster/members/{**node}", LeaveAsync),
        ManagementRoute.Put("/cluster/members/{**node}", LeaveOrDownAsync),
    ];

    private async Task JoinAsync(ManagementCall call)
    {
        var cluster = Cluster();
        var text = await call.ReadFieldAsync("address");
        if (!ActorPath.TryParseAddress(text, out var address) || address.Host is null || address.Port is null)
            throw ManagementException.BadRequest($"'{text}' is not the address of a member; wanted is one like {cluster.SelfAddress}.");
        if (cluster.State.Members.Any(m => m.UniqueAddress.Equals(cluster.SelfUniqueAddress)))
            throw ManagementException.Conflict($"{cluster.SelfAddress} is a member of a cluster already; it joins another one after it left this one.");
        // Whoever joins himself forms a cluster, and only the store says who may.
        if (address.Equals(cluster.SelfAddress))
            throw ManagementException.BadRequest($"{address} is this member itself; wanted is the address of another one.");
        cluster.Join(address);
        await call.DoneAsync($"Joining {address}");
    }

    private Task LeaveAsync(ManagementCall call)
    {
        var cluster = Cluster();
        return LeaveAsync(call, cluster, Find(cluster, call["node"]));
    }

    private async Task LeaveOrDownAsync(ManagementCall call)
    {
        var cluster = Cluster();
        var member = Find(cluster, call["node"]);
        var operation = await call.ReadFieldAsync("operation");
        if (operation.Equals("leave", StringComparison.OrdinalIgnoreCase))
        {
            await LeaveAsync(call, cluster, member);
        }
        else if (operation.Equals("down", StringComparison.OrdinalIgnoreCase))
        {
            cluster.Down(member.Address);
            await call.DoneAsync($"Downing {member.Address}");
        }
        else
        {
            throw ManagementException.BadRequest($"The operation '{operation}' is not supported; allowed are Leave and Down.");
        }
    }

    private static Task LeaveAsync(ManagementCall call, AkkaCluster cluster, Member member)
    {
        cluster.Leave(member.Address);
        return call.DoneAsync($"Leaving {member.Address}");
    }

    private AkkaCluster Cluster() =>
        AkkaCluster.Get(system() ?? throw ManagementException.Unavailable("This node is not in a cluster yet."));

    private static Member Find(AkkaCluster cluster, string node) =>
        cluster.State.Members.FirstOrDefault(m => m.Address.ToString() == node || m.Address.HostPort() == node || $"{m.Address.Host}:{m.Address.Port}" == node)
        ?? throw ManagementException.NotFound(
            $"Member [{node}] not found; the members are {string.Join(", ", cluster.State.Members.Select(m => m.Address))}.");

    private static MembersAnswer Members(AkkaCluster cluster)
    {
        var state = cluster.State;
        var up = state.Members.Where(m => m.Status == MemberStatus.Up).ToList();
        return new MembersAnswer(
            cluster.SelfAddress.ToString(),
            state.Leader?.ToString(),
            Oldest(up),
            up.SelectMany(m => m.Roles).Distinct().ToImmutableSortedDictionary(role => role, role => Oldest(up.Where(m => m.HasRole(role)))!, StringComparer.Ordinal),
            [.. state.Members.Select(Describe)],
            // Who else observes it is told among Akka's own parts only.
            [.. state.Unreachable.Select(m => new UnreachableAnswer(
                m.Address.ToString(), cluster.FailureDetector.IsAvailable(m.Address) ? [] : [cluster.SelfAddress.ToString()]))]);
    }

    private static string? Oldest(IEnumerable<Member> members) =>
        members.Aggregate((Member?)null, (oldest, m) => oldest is null || m.IsOlderThan(oldest) ? m : oldest)?.Address.ToString();

    private static MemberAnswer Describe(Member member) => new(
        member.Address.ToString(), member.UniqueAddress.Uid.ToString(CultureInfo.InvariantCulture), member.Status.ToString(),
        [.. member.Roles.Order(StringComparer.Ordinal)]);

    private static SeedNodesAnswer SeedNodes(AkkaCluster cluster)
    {
        var state = cluster.State;
        return new SeedNodesAnswer(cluster.SelfAddress.ToString(),
        [
            .. state.Members
                .Where(m => m.Status is MemberStatus.Up or MemberStatus.WeaklyUp or MemberStatus.Joining && !state.Unreachable.Contains(m))
                .Take(SeedNodesMax)
                .Select(m => new SeedNodeAnswer(m.Address.ToString(), m.UniqueAddress.Uid, [.. m.Roles.Order(StringComparer.Ordinal)], m.Status.ToString())),
        ]);
    }
}
