using System.Diagnostics;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using ActorStreams.TestKit;

namespace ActorStreams.Shards.Tests.Faults;

public sealed class ClockSpecs
{
    private static readonly DateTimeOffset s_start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly SteppedClock _time = new(s_start);

    [Fact]
    public void A_jump_forward_is_believed_after_an_hour()
    {
        var clock = new RetentionClock(_time);
        _time.Set(s_start.AddDays(3));

        Assert.Equal(s_start, clock.Read());
        Assert.True(clock.IsHolding);
        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(s_start.AddMinutes(59), clock.Read());
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(_time.GetUtcNow(), clock.Read());
        Assert.False(clock.IsHolding);
    }

    [Fact]
    public void A_jump_that_is_set_right_within_the_hour_never_was()
    {
        var clock = new RetentionClock(_time);
        _time.Set(s_start.AddDays(3));
        clock.Read();
        _time.Set(s_start.AddMinutes(1));

        Assert.Equal(s_start.AddMinutes(1), clock.Read());
        Assert.False(clock.IsHolding);
        _time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(_time.GetUtcNow(), clock.Read());
    }

    [Fact]
    public void A_step_back_is_believed_at_once_and_time_goes_on_from_there()
    {
        var clock = new RetentionClock(_time);
        _time.Set(s_start.AddDays(-1));

        Assert.Equal(s_start.AddDays(-1), clock.Read());
        _time.Advance(TimeSpan.FromHours(5));
        Assert.Equal(s_start.AddDays(-1).AddHours(5), clock.Read());
    }

    [Fact]
    public void Hours_without_a_reading_are_no_jump()
    {
        var clock = new RetentionClock(_time);
        _time.Advance(TimeSpan.FromHours(30));

        Assert.Equal(s_start.AddHours(30), clock.Read());
        Assert.False(clock.IsHolding);
    }

    [Fact]
    public async Task Arrival_times_never_fall_however_the_clock_is_set()
    {
        await using var store = await TestStore.CreateAsync(StoreKind.Sqlite);
        await using var host = await ShardsHost.StartAsync(store.Options, null, _time);
        var sent = new Sent();
        var shard = (await host.CreateAsync("orders", 1))[0];
        var arrivals = new List<long>();

        foreach (var hours in (int[])[0, 5, -20, 3, -1000, 8, 7])
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            _time.Set(s_start.AddHours(hours));
            var reply = await sent.AppendAsync(host.Streams, shard, $"at{hours}");
            arrivals.Add(Assert.IsType<ShardProtocol.AppendReply.Appended>(reply).ArrivalMs);
        }

        long Ms(int hours) => s_start.AddHours(hours).ToUnixTimeMilliseconds();
        Assert.Equal([Ms(0), Ms(5), Ms(5), Ms(5), Ms(5), Ms(8), Ms(8)], arrivals);
    }

    [Fact]
    public async Task The_sweep_trims_what_is_older_than_the_retention_and_nothing_else()
    {
        await using var store = await TestStore.CreateAsync(StoreKind.Sqlite);
        await using var host = await ShardsHost.StartAsync(store.Options, new ShardOptions { RetentionSweepInterval = TimeSpan.FromHours(1) }, _time);
        var (old, sent) = (new Sent(), new Sent());
        var shard = (await host.CreateAsync("orders", 1))[0];
        await old.AppendAsync(host.Streams, shard, "old");
        _time.Advance(TimeSpan.FromHours(13));
        await AsTimeGoesOnAsync(sent.AppendAsync(host.Streams, shard, "kept"));

        // A jump of the wall clock alone trims nothing, however many sweeps see it.
        _time.Set(_time.GetUtcNow().AddDays(30));
        _time.Advance(TimeSpan.FromMinutes(58));
        await AsTimeGoesOnAsync(host.TrimAsync(shard, DateTimeOffset.UnixEpoch));
        Assert.Equal(0, await TrimmedToAsync(host, shard));

        // A sweep that reads the clock just while time is advanced takes it for a jump, and one that finds its shard away leaves it to the
        // next: so time goes on hour by hour, each with a while for its sweep. "kept" has until 37:00.
        _time.Set(s_start.AddHours(14));
        _time.Advance(TimeSpan.FromHours(11));
        var (hour, sweeping) = (25, Stopwatch.StartNew());
        while (await TrimmedToAsync(host, shard) == 0 && hour < 36)
        {
            if (sweeping.Elapsed < TimeSpan.FromSeconds(2)) continue;
            _time.Advance(TimeSpan.FromHours(1));
            (hour, sweeping) = (hour + 1, Stopwatch.StartNew());
        }
        Assert.True(await TrimmedToAsync(host, shard) > 0, "The old record was not trimmed.");

        await AsTimeGoesOnAsync(sent.VerifyAsync(host.Streams, [shard]));
        Assert.Equal("kept", Assert.Single(await AsTimeGoesOnAsync(Sent.RecordsAsync(host.Streams, shard))).Tag);
    }

    private async Task<long> TrimmedToAsync(ShardsHost host, ShardKey shard) =>
        Assert.IsType<BoundsResult.Found>(await AsTimeGoesOnAsync(host.Streams.BoundsAsync(shard, CancellationToken.None))).Bounds.TrimmedToRow;

    /// <summary>A client that holds its question, of a shard that is just not there, asks again only once time has gone on.</summary>
    private async Task<T> AsTimeGoesOnAsync<T>(Task<T> asked)
    {
        await AsTimeGoesOnAsync((Task)asked);
        return await asked;
    }

    private async Task AsTimeGoesOnAsync(Task asked)
    {
        while (await Task.WhenAny(asked, Task.Delay(10)) != asked) _time.Advance(TimeSpan.FromMilliseconds(10));
        await asked;
    }
}
