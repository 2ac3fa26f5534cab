using ActorStreams.Shards.Log;
using Microsoft.Extensions.Time.Testing;

namespace ActorStreams.Shards.Tests.Log;

public sealed class LogLimiterSpecs
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_cause_is_worth_one_line_a_minute_which_says_how_many_were_left_out()
    {
        var limiter = new LogLimiter(_time);

        Assert.True(limiter.Allows("disk full", out var first));
        Assert.False(limiter.Allows("disk full", out _));
        Assert.False(limiter.Allows("disk full", out _));
        Assert.True(limiter.Allows("other", out _));
        _time.Advance(LogLimiter.Interval);
        Assert.True(limiter.Allows("disk full", out var later));

        Assert.Equal(("", " (2 more like this were left out before)"), (first, later));
    }

    [Fact]
    public void Causes_that_are_made_up_without_end_cost_no_more_memory()
    {
        var limiter = new LogLimiter(_time);

        for (var i = 0; i < 10_000; i++) Assert.True(limiter.Allows($"cause {i}", out _));

        Assert.False(limiter.Allows("cause 9999", out _));
    }
}
