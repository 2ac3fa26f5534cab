using ActorStreams.Clustering.Members;
using ActorStreams.Clustering.Tests.Leases;
using Akka.Actor;

namespace ActorStreams.Clustering.Tests.Members;

public class MajorityWatchSpecs
{
    [Fact]
    public async Task The_smaller_side_of_a_cut_is_told_what_it_lacks_and_that_it_is_over()
    {
        const string undecided = "akka.cluster.split-brain-resolver.stable-after = 10m";
        await using var clusters = new LeaseClusters();
        ActorSystem[] members = [clusters.Start(clusters.Away, Downing.KeepMajority, undecided), clusters.Start(clusters.Away, Downing.KeepMajority, undecided)];
        await LeaseClusters.FormAsync(members);
        string?[] lacks = ["not told yet", "not told yet"];
        for (var i = 0; i < members.Length; i++) Watch(members[i], lacks, i);

        await LeaseClusters.UntilAsync(() => lacks.All(l => l is null), "majority on both sides");
        await LeaseClusters.CutAsync([members[0]], [members[1]]);
        // Of two halves the one with the lowest address goes on.
        await LeaseClusters.UntilAsync(() => lacks.Count(l => l is not null) == 1, "smaller side");
        await LeaseClusters.HealAsync([members[0]], [members[1]]);
        await LeaseClusters.UntilAsync(() => lacks.All(l => l is null), "majority on both sides after the cut");
    }

    private static void Watch(ActorSystem system, string?[] lacks, int member)
    {
        Action<string?> changed = why => Volatile.Write(ref lacks[member], why);
        system.ActorOf(Props.Create(() => new MajorityWatch(changed)));
    }
}
