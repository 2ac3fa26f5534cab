using ActorStreams.Clustering.Members;

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

    /// <param name="self">Own address.</param>
    /// <param name="seeds">Of the settings; empty lets every process form.</param>
    /// <param name="alive">Members that the store knows to be alive; null while it does not answer, and then nobody forms.</param>
    /// <param name="waited">Since the first question.</param>
    public static FormationDecision Decide(string self, IReadOnlyList<string> seeds, IReadOnlyList<MemberRow>? alive, TimeSpan waited)
    {
        var others = alive?.Select(member => member.Id.Address).Where(address => address != self).ToList();
        var ask = seeds.Concat(others ?? []).Where(address => address != self).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var mayForm = seeds.Count == 0 || seeds.Contains(self, StringComparer.Ordinal);
        return new FormationDecision(ask, others is { Count: 0 } && mayForm && (ask.Count == 0 || waited >= AskSeedsFor));
    }
}
