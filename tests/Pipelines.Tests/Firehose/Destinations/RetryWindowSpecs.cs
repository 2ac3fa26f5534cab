using ActorStreams.Pipelines.Firehose.Destinations;
using ActorStreams.Pipelines.Sinks;
using Microsoft.Extensions.Time.Testing;

namespace ActorStreams.Pipelines.Tests.Firehose.Destinations;

public class RetryWindowSpecs
{
    private static readonly DateTimeOffset Start = new(2026, 1, 15, 10, 0, 0, TimeSpan.Zero);
    private static readonly RetryDelays Delays = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));

    [Fact]
    public void Twenty_four_hours_of_failures_end_with_a_try_at_the_last_moment()
    {
        var window = new RetryWindow(Start, TimeSpan.FromHours(24), Delays);
        var tries = new List<DateTimeOffset> { Start };

        while (window.DelayAfter(tries.Count, tries[^1]) is { } delay) tries.Add(tries[^1] + delay);

        Assert.Equal(Start + TimeSpan.FromHours(24), tries[^1]);
        // Half of five minutes at the least, five at the most.
        Assert.InRange(tries.Count, 24 * 12, (24 * 24) + 20);
        Assert.All(
            Enumerable.Range(20, tries.Count - 22).Select(i => tries[i + 1] - tries[i]), wait => Assert.InRange(wait, TimeSpan.FromSeconds(150), TimeSpan.FromSeconds(300)));
    }

    [Theory]
    [InlineData(3, 4)]
    [InlineData(int.MaxValue, 1)]
    public async Task Tries_go_on_until_the_destination_is_back_or_the_window_is_over(int backAfter, int tries)
    {
        var time = new FakeTimeProvider(Start);
        var window = new RetryWindow(Start, backAfter == int.MaxValue ? TimeSpan.Zero : TimeSpan.FromHours(24), Delays);

        var run = window.RunAsync((failures, _) => Task.FromResult(failures == backAfter), ok => ok ? null : new RetryAsked(), time, default);
        while (!run.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(run, Task.Delay(1));
        }

        Assert.Equal((backAfter != int.MaxValue, tries), await run);
    }

    [Fact]
    public void No_window_is_no_second_try() => Assert.Null(new RetryWindow(Start, TimeSpan.Zero, Delays).DelayAfter(1, Start));

    [Fact]
    public void A_window_goes_on_after_a_crash_from_where_it_began()
    {
        var window = new RetryWindow(Start, TimeSpan.FromHours(1), Delays);

        Assert.Equal(TimeSpan.FromMilliseconds(300), window.DelayAfter(1, Start + TimeSpan.FromHours(1) - TimeSpan.FromMilliseconds(300)));
        Assert.Null(window.DelayAfter(1, Start + TimeSpan.FromHours(1)));
        Assert.Null(window.DelayAfter(1, Start + TimeSpan.FromDays(2)));
    }

    [Fact]
    public void What_the_destination_asks_for_is_heard_up_to_the_windows_end()
    {
        var window = new RetryWindow(Start, TimeSpan.FromMinutes(10), Delays);

        Assert.Equal(TimeSpan.FromMinutes(3), window.DelayAfter(1, Start, TimeSpan.FromMinutes(3)));
        Assert.Equal(TimeSpan.FromMinutes(10), window.DelayAfter(1, Start, TimeSpan.FromHours(3)));
        Assert.InRange(window.DelayAfter(1, Start, TimeSpan.Zero)!.Value, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void A_clock_set_back_and_a_window_without_end_still_give_a_delay()
    {
        Assert.NotNull(new RetryWindow(Start, TimeSpan.FromMinutes(1), Delays).DelayAfter(5, Start.AddDays(-1)));
        Assert.NotNull(new RetryWindow(Start, Timeout.InfiniteTimeSpan, Delays).DelayAfter(5_000, Start.AddYears(1)));
    }
}
