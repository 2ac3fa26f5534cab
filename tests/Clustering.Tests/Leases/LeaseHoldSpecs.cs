using ActorStreams.Clustering.Leases;
using Akka.Coordination;

namespace ActorStreams.Clustering.Tests.Leases;

public class LeaseHoldSpecs
{
    private static readonly LeaseTerms s_terms = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
    private static readonly Moment s_asked = new(TimeSpan.FromHours(3), DateTimeOffset.UnixEpoch.AddDays(1));
    private readonly LeaseHold _hold = new(1, s_asked);

    [Fact]
    public void It_ends_one_renewal_before_the_row_does()
    {
        Assert.True(_hold.IsCertain(After(3.9), s_terms));
        Assert.False(_hold.IsCertain(After(4), s_terms));
        Assert.Equal(TimeSpan.Zero, _hold.Left(After(4), s_terms));
    }

    [Fact]
    public void A_clock_that_is_set_back_adds_nothing() =>
        Assert.False(_hold.IsCertain(After(4) with { WallClock = s_asked.WallClock.AddHours(-1) }, s_terms));

    [Fact]
    public void A_clock_that_jumps_makes_it_uncertain_and_does_not_end_it()
    {
        var jumped = After(1) with { WallClock = s_asked.WallClock.AddHours(1) };

        Assert.False(_hold.IsCertain(jumped, s_terms));
        Assert.Equal(TimeSpan.FromSeconds(3), _hold.Left(jumped, s_terms));
    }

    [Theory]
    [InlineData(5, 2.5, 1)]
    [InlineData(5, 0, 1)]
    [InlineData(5, 1, 0)]
    public void Times_that_leave_no_room_are_refused(double timeToLive, double renewEvery, double askTimeout) =>
        Assert.Throws<ArgumentException>(() => LeaseTerms.From(
            new TimeoutSettings(TimeSpan.FromSeconds(renewEvery), TimeSpan.FromSeconds(timeToLive), TimeSpan.FromSeconds(askTimeout))));

    private static Moment After(double seconds) =>
        new(s_asked.Monotonic + TimeSpan.FromSeconds(seconds), s_asked.WallClock.AddSeconds(seconds));
}
