using ActorStreams.Gateway.Limits;
using Microsoft.Extensions.Time.Testing;

namespace ActorStreams.Gateway.Tests.Limits;

public sealed class RateBucketSpecs
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_second_is_in_store_and_comes_back_in_a_second()
    {
        var bucket = new RateBucket(3, _time);
        Assert.True(bucket.Holds(3, Now));
        bucket.Take(3);
        Assert.False(bucket.Holds(1, Now));

        _time.Advance(TimeSpan.FromTicks((TimeSpan.TicksPerSecond / 3) - 1));
        Assert.False(bucket.Holds(1, Now));
        _time.Advance(TimeSpan.FromTicks(2));
        Assert.True(bucket.Holds(1, Now));
        Assert.False(bucket.Holds(2, Now));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(bucket.Holds(3, Now));
    }

    [Fact]
    public void More_than_fits_is_given_from_a_full_bucket_and_earned_afterwards()
    {
        var bucket = new RateBucket(10, _time);
        bucket.Take(1);
        Assert.False(bucket.Holds(100, Now));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(bucket.Holds(100, Now));

        bucket.Take(100);

        Assert.Equal(TimeSpan.FromSeconds(9), bucket.UntilPaid(Now));
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.True(bucket.IsPaid(Now));
        Assert.False(bucket.Holds(1, Now));
    }

    [Fact]
    public void Years_of_silence_fill_it_once()
    {
        var bucket = new RateBucket(2 * 1024 * 1024, _time);
        bucket.TakeOrPayInFull(10 * 1024 * 1024, Now);

        _time.Advance(TimeSpan.FromDays(10_000));

        Assert.True(bucket.Holds(2 * 1024 * 1024, Now));
        bucket.Take(2 * 1024 * 1024);
        Assert.False(bucket.Holds(1, Now));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void However_it_is_asked_it_gives_no_more_than_its_rate_and_a_second(int seed)
    {
        var random = new Random(seed);
        var bucket = new RateBucket(1_000, _time);
        var begin = Now;
        long taken = 0;
        for (var i = 0; i < 10_000; i++)
        {
            _time.Advance(TimeSpan.FromTicks(random.Next(0, 40_000)));
            var wanted = random.Next(1, 20);
            if (bucket.Holds(wanted, Now))
            {
                bucket.Take(wanted);
                taken += wanted;
            }
            var seconds = (Now - begin) / (double)_time.TimestampFrequency;
            Assert.True(taken <= 1_000 + (seconds * 1_000) + 1e-6, $"Seed {seed}: {taken} in {seconds} s.");
        }
        // It was asked for more than its rate, so it gave all of it.
        Assert.InRange(taken, 900 * (Now - begin) / _time.TimestampFrequency, long.MaxValue);
    }

    [Fact]
    public async Task A_subscription_is_sent_two_mebibytes_a_second()
    {
        var pace = new SubscriptionPace(_time);
        Assert.True(pace.WaitAsync(1024 * 1024, default).IsCompletedSuccessfully);
        Assert.True(pace.WaitAsync(3 * 1024 * 1024, default).IsCompletedSuccessfully);

        var third = pace.WaitAsync(1, default).AsTask();

        Assert.False(third.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1) - TimeSpan.FromTicks(1));
        Assert.False(third.IsCompleted);
        _time.Advance(TimeSpan.FromTicks(1));
        await third;
    }

    [Fact]
    public async Task A_subscription_that_ends_waits_no_longer()
    {
        var pace = new SubscriptionPace(_time);
        Assert.True(pace.WaitAsync(100 * 1024 * 1024, default).IsCompletedSuccessfully);
        using var end = new CancellationTokenSource();
        var waiting = pace.WaitAsync(1, end.Token).AsTask();

        await end.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public void Budgets_that_nobody_uses_are_dropped()
    {
        var budgets = new Budgets<int, CallBudget>(_ => new CallBudget(1, _time), _time);
        for (var i = 0; i < 1_000; i++) budgets.Of(i);
        _time.Advance(TimeSpan.FromSeconds(59));
        var kept = budgets.Of(5);
        Assert.True(kept.TryCall());

        _time.Advance(TimeSpan.FromSeconds(1));
        budgets.Of(1_000);

        Assert.Equal(2, budgets.Count);
        Assert.Same(kept, budgets.Of(5));
    }

    [Fact]
    public void Budgets_are_bounded_however_many_are_asked_for()
    {
        var budgets = new Budgets<int, CallBudget>(_ => new CallBudget(1, _time), _time);

        for (var i = 0; i < 120_000; i++) budgets.Of(i);

        Assert.InRange(budgets.Count, 1, Budgets<int, CallBudget>.CountMax + 1);
    }

    private long Now => _time.GetTimestamp();
}
