using ActorStreams.Clustering.Leases;

namespace ActorStreams.Clustering.Tests.Leases;

public class LeaseRowSpecs
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.UnixEpoch.AddDays(1);
    private static readonly TimeSpan s_timeToLive = TimeSpan.FromSeconds(5);
    private readonly LeaseRow _held = LeaseRow.None.Acquire("a", s_now, s_timeToLive)!;

    [Fact]
    public void Nobody_gets_what_another_holds() => Assert.Null(_held.Acquire("b", s_now + s_timeToLive - TimeSpan.FromTicks(1), s_timeToLive));

    [Fact]
    public void What_has_expired_is_granted_under_the_next_epoch() =>
        Assert.Equal(new LeaseRow("b", 2, s_now + s_timeToLive * 2), _held.Acquire("b", s_now + s_timeToLive, s_timeToLive));

    [Fact]
    public void An_owner_that_asks_again_gets_the_next_epoch_as_well() =>
        Assert.Equal(new LeaseRow("a", 2, s_now + s_timeToLive), _held.Acquire("a", s_now, s_timeToLive));

    [Fact]
    public void What_was_given_back_keeps_its_epoch_and_is_free_at_once()
    {
        var free = _held.Release("a", 1)!;

        Assert.Equal(1, free.Epoch);
        Assert.Equal(2, free.Acquire("b", s_now, s_timeToLive)?.Epoch);
    }

    [Fact]
    public void A_renewal_or_release_of_a_former_grant_changes_nothing()
    {
        var again = _held.Acquire("a", s_now, s_timeToLive)!;

        Assert.Null(again.Renew("a", 1, s_now, s_timeToLive));
        Assert.Null(again.Release("a", 1));
        Assert.Null(again.Renew("b", 2, s_now, s_timeToLive));
    }

    [Fact]
    public void A_renewal_of_what_expired_and_nobody_took_goes_on() =>
        Assert.Equal(new LeaseRow("a", 1, s_now + s_timeToLive * 3), _held.Renew("a", 1, s_now + s_timeToLive * 2, s_timeToLive));
}
