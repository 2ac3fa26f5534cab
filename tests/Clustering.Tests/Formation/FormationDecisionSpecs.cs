using ActorStreams.Clustering.Formation;
using ActorStreams.Clustering.Members;

namespace ActorStreams.Clustering.Tests.Formation;

public class FormationDecisionSpecs
{
    private const string Self = "akka.tcp://s@a:1";
    private const string Other = "akka.tcp://s@b:1";
    private const string Third = "akka.tcp://s@c:1";
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(1);

    [Fact]
    public void A_process_alone_forms_the_cluster_at_once()
    {
        var decision = Decide(Self, [], [], TimeSpan.Zero);

        Assert.True(decision.Form);
        Assert.Empty(decision.Ask);
    }

    [Fact]
    public void Nobody_forms_while_a_member_is_alive_and_it_is_asked()
    {
        var decision = Decide(Self, [], [Member(Other)], s_long);

        Assert.False(decision.Form);
        Assert.Equal([Other], decision.Ask);
    }

    [Fact]
    public void Nobody_forms_while_the_store_does_not_answer()
    {
        var decision = Decide(Self, [Self, Other], null, s_long);

        Assert.False(decision.Form);
        Assert.Equal([Other], decision.Ask);
    }

    [Fact]
    public void A_former_life_at_the_own_address_is_nobody()
    {
        Assert.True(Decide(Self, [], [Member(Self)], TimeSpan.Zero).Form);
    }

    [Fact]
    public void With_seeds_only_a_seed_forms()
    {
        Assert.False(Decide(Self, [Other, Third], [], s_long).Form);
        Assert.True(Decide(Self, [Other, Self], [], s_long).Form);
    }

    [Fact]
    public void A_seed_asks_the_others_before_it_forms()
    {
        var before = FormationDecision.AskSeedsFor - TimeSpan.FromTicks(1);

        Assert.False(Decide(Self, [Self, Other], [], before).Form);
        Assert.True(Decide(Self, [Self, Other], [], FormationDecision.AskSeedsFor).Form);
    }

    [Fact]
    public void A_seed_that_is_the_only_one_has_nobody_to_wait_for()
    {
        Assert.True(Decide(Self, [Self], [], TimeSpan.Zero).Form);
    }

    /// <summary>As all members look when the store that was away comes back.</summary>
    [Fact]
    public void Members_that_fell_silent_are_given_time_to_report_themselves()
    {
        MemberRow[] silent = [Member(Other, MemberTable.AliveFor + TimeSpan.FromHours(1))];
        var before = FormationDecision.WaitForSilent - TimeSpan.FromTicks(1);

        Assert.False(FormationDecision.Decide(Self, [], silent, s_long, before).Form);
        Assert.False(FormationDecision.Decide(Self, [Self, Third], silent, s_long, before).Form);
        Assert.Empty(FormationDecision.Decide(Self, [], silent, s_long, before).Ask);
        Assert.True(FormationDecision.Decide(Self, [], silent, s_long, FormationDecision.WaitForSilent).Form);
    }

    [Theory]
    [InlineData("akka.tcp://s@127.0.0.1:1", Other, "there", "This process calls itself akka.tcp://s@127.0.0.1:1")]
    [InlineData(Self, "akka.tcp://s@127.0.0.9:1", "there", "A member on another machine calls itself akka.tcp://s@127.0.0.9:1")]
    [InlineData("akka.tcp://s@127.0.0.1:1", "akka.tcp://s@127.0.0.1:2", "here", null)]
    [InlineData(Self, Other, "there", null)]
    public void A_loopback_address_is_refused_as_soon_as_a_member_is_on_another_machine(string self, string other, string machine, string? refusal)
    {
        var outOfReach = FormationDecision.OutOfReach(self, "here", [Member(other) with { Machine = machine }]);

        if (refusal is null) Assert.Null(outOfReach);
        else Assert.StartsWith(refusal, outOfReach, StringComparison.Ordinal);
        Assert.Null(FormationDecision.OutOfReach(self, "here", [Member(other, MemberTable.AliveFor * 2) with { Machine = machine }]));
    }

    [Fact]
    public void Members_of_a_superseded_cluster_are_not_asked() =>
        Assert.Equal([Third], Decide(Self, [], [Member(Other), Member(Third) with { Formation = 2 }], s_long).Ask);

    private static FormationDecision Decide(string self, IReadOnlyList<string> seeds, IReadOnlyList<MemberRow>? known, TimeSpan waited) =>
        FormationDecision.Decide(self, seeds, known, waited, answered: TimeSpan.Zero);

    private static MemberRow Member(string address, TimeSpan seenAgo = default) => new(new MemberId(address, 7), "here", 1, seenAgo);
}
