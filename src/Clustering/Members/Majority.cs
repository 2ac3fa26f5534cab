namespace ActorStreams.Clustering.Members;

/// <summary>Whether this side of a cluster is the one that keeps going, as the split brain resolver will decide. Pure.</summary>
public static class Majority
{
    /// <param name="voters">Addresses of the members that vote, in Akka's order of addresses.</param>
    /// <param name="unreachable">Those that are not reachable from here.</param>
    /// <returns>Null where there is a majority, else why there is none.</returns>
    public static string? Lost(IReadOnlyList<string> voters, IReadOnlySet<string> unreachable)
    {
        var away = voters.Where(unreachable.Contains).ToList();
        var here = voters.Count - away.Count;
        if (away.Count == 0 || here * 2 > voters.Count) return null;
        // With halves of the same size the one with the lowest address goes on.
        if (here * 2 == voters.Count && !unreachable.Contains(voters[0])) return null;
        return $"{here} of {voters.Count} nodes are reachable, no majority; away: {string.Join(", ", away)}.";
    }
}
