using System.Net;
using ActorStreams.Clustering.Members;
using Akka.Actor;

namespace ActorStreams.Clustering.Formation;

/// <summary>What a process that wants to be a member does next, from what it knows. Pure.</summary>
/// <param name="Ask">Addresses of members to ask for admission.</param>
/// <param name="Form">Whether to try to form the cluster, which the store then allows to one process at most.</param>
public sealed record FormationDecision(IReadOnlyList<string> Ask, bool Form)
{
    /// <summary>
    /// How long the seeds are asked before one of them forms the cluster, though the store knows of no member: those whose connection to the
    /// store is away do not report themselves, and are found this way.
    /// </summary>
    public static readonly TimeSpan AskSeedsFor = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long the store must have answered before members that did not leave and have not reported themselves lately count as gone. A store that was
    /// away makes all of them look so, and one of them reports itself within the 2 s between two reports, where an attempt hangs 3 s later.
    /// </summary>
    public static readonly TimeSpan WaitForSilent = TimeSpan.FromSeconds(6);

    /// <summary>Nobody on another machine reaches a loopback address, and one is easily left in the settings, as it is the default.</summary>
    /// <param name="machine">Where this process is.</param>
    /// <returns>What to set; null where nobody is out of reach for that reason.</returns>
    public static string? OutOfReach(string self, string machine, IReadOnlyList<MemberRow> known)
    {
        var far = known.Where(member => member.Machine != machine && member.SeenAgo <= MemberTable.AliveFor).ToList();
        if (far.Count == 0) return null;
        if (IsLoopback(self))
            return $"This process calls itself {self}, where {far[0].Id.Address} on another machine can't reach it: set Cluster:Host to an address that others reach.";
        return far.Find(member => IsLoopback(member.Id.Address)) is { } lonely
            ? $"A member on another machine calls itself {lonely.Id.Address}, where this process can't reach it: set Cluster:Host there to an address that others reach."
            : null;
    }

    private static bool IsLoopback(string address) => IPAddress.TryParse(Address.Parse(address).Host, out var ip) && IPAddress.IsLoopback(ip);

    /// <param name="self">Own address.</param>
    /// <param name="seeds">Of the settings; empty lets every process form.</param>
    /// <param name="known">Members that reported themselves and did not leave, however long ago; null while the store does not answer, and then nobody forms.</param>
    /// <param name="waited">Since the first question.</param>
    /// <param name="answered">Since when the store answered every question.</param>
    public static FormationDecision Decide(string self, IReadOnlyList<string> seeds, IReadOnlyList<MemberRow>? known, TimeSpan waited, TimeSpan answered)
    {
        var others = known?.Where(member => member.Id.Address != self).ToList();
        var alive = others?.Where(member => member.SeenAgo <= MemberTable.AliveFor).ToList();
        // Those of a superseded cluster go on reporting themselves until they have left.
        var newest = alive is { Count: > 0 } ? alive.Max(member => member.Formation) : 0;
        var toAsk = alive?.Where(member => member.Formation == newest || member.Formation == 0).Select(member => member.Id.Address) ?? [];
        var ask = seeds.Concat(toAsk).Where(address => address != self).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var mayForm = seeds.Count == 0 || seeds.Contains(self, StringComparer.Ordinal);
        var isTime = (ask.Count == 0 || waited >= AskSeedsFor) && (others is { Count: 0 } || answered >= WaitForSilent);
        return new FormationDecision(ask, alive is { Count: 0 } && mayForm && isTime);
    }
}
