using ActorStreams.Gateway.FanOut;
using ActorStreams.Gateway.Hosting;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using ActorStreams.TestKit;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace ActorStreams.Gateway.Tests.FanOut;

public sealed class SubscriptionsSpecs
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_client_that_takes_nothing_for_too_long_is_cut_off_and_no_other()
    {
        var subscriptions = new Subscriptions(new FanOutOptions { StallTimeout = TimeSpan.FromSeconds(15) }, _time, new GatewayMetrics());
        var (stalled, well) = (new Subscribed(), new Subscribed());
        Assert.True(subscriptions.TryAdd(stalled));
        Assert.True(subscriptions.TryAdd(well));
        stalled.StandsSince = _time.GetTimestamp();

        _time.Advance(TimeSpan.FromSeconds(14.5));
        Assert.Null(stalled.Reason);
        _time.Advance(TimeSpan.FromSeconds(0.5));

        Assert.Equal("its client took nothing for 15 s", stalled.Reason);
        Assert.Null(well.Reason);
    }

    [Fact]
    public void Of_too_many_slow_ones_those_that_stood_longest_are_cut_off_first()
    {
        var subscriptions = new Subscriptions(new FanOutOptions { StalledMax = 2 }, _time, new GatewayMetrics());
        var slow = Enumerable.Range(0, 4).Select(_ => new Subscribed()).ToArray();
        foreach (var one in slow)
        {
            Assert.True(subscriptions.TryAdd(one));
            one.StandsSince = _time.GetTimestamp();
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }
        Assert.All(slow, one => Assert.Null(one.Reason));

        _time.Advance(TimeSpan.FromSeconds(1.5));

        Assert.All(slow[..2], one => Assert.NotNull(one.Reason));
        Assert.All(slow[2..], one => Assert.Null(one.Reason));
    }

    [Fact]
    public async Task Memory_for_events_is_given_in_order_and_comes_back_from_who_gave_up()
    {
        var budget = new EventBudget(100);
        await budget.TakeAsync(60, default);
        using var givesUp = new CancellationTokenSource();
        var large = budget.TakeAsync(50, givesUp.Token).AsTask();
        var small = budget.TakeAsync(30, default).AsTask();
        Assert.False(small.IsCompleted);

        await givesUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        await small.WaitAsync(SubscriptionClient.Patience);
        Assert.Equal(90, budget.Taken);
        budget.Return(60);
        budget.Return(30);
        await budget.TakeAsync(1_000, default);
        Assert.Equal(1_000, budget.Taken);
    }

    [Fact]
    public void Settings_that_cannot_work_are_all_named() => Assert.Equal(5, new FanOutOptions
    {
        SubscriptionsMax = -1,
        HeartbeatInterval = TimeSpan.Zero,
        StallTimeout = TimeSpan.Zero,
        StalledMax = 0,
        EventsBytesMax = 0,
    }.Problems().Count());

    [Fact]
    public void A_subscription_that_is_over_touches_its_request_no_more()
    {
        var http = new DefaultHttpContext();
        var services = new SubscriptionServices(
            new InMemoryStreams(_time), new Subscriptions(new FanOutOptions(), _time, new GatewayMetrics()), new FanOutOptions(), _time,
            new GatewayMetrics(), NullLogger.Instance);
        var subscription = new Subscription(
            services, new StreamId("r", "s"), new ShardKey("r", new Incarnation(1), 0), 1, ShardPosition.TrimHorizon,
            new FanOutSubscription("c", 1, "name"), null, http);

        subscription.Dispose();
        // As the server does, which gives the context to the next request.
        http.Uninitialize();

        subscription.CutOff("it stood");
    }

    [Fact]
    public async Task An_event_that_is_larger_than_what_was_set_aside_for_it_counts_in_full()
    {
        var (streams, stream) = (new InMemoryStreams(_time), new StreamId("r", "s"));
        await streams.CreateStreamAsync(stream, 1, StreamConfiguration.Provisioned, default);
        var shard = streams.Describe(stream).Shards[0].Key;
        var block = new RecordBlockBuilder();
        block.Add("k"u8, null, new byte[5 << 20]);
        await streams.AppendAsync(stream, shard, block.Build(), null, default);
        var read = Assert.IsType<ReadResult.Records>(
            await streams.ReadAsync(shard, ShardPosition.TrimHorizon, 10, 1 << 20, TimeSpan.Zero, default));
        var e = ShardEvent.Of(shard, 1, read.Slices, read.Next!.Value, 0);
        var open = new Subscriptions(new FanOutOptions(), _time, new GatewayMetrics());
        var taken = new Taken(open.Budget);
        var http = new DefaultHttpContext { Response = { Body = taken } };
        var services = new SubscriptionServices(streams, open, new FanOutOptions(), _time, new GatewayMetrics(), NullLogger.Instance);
        await open.Budget.TakeAsync(1 << 20, default);

        Assert.True(await new EventSender(services, "s", null, http, default).SendAsync(e, reserved: 1 << 20));

        Assert.Equal(e.Length, taken.Most);
        Assert.Equal(1 << 20, open.Budget.Taken);
    }

    /// <summary>A response that looks at the budget when it is written to.</summary>
    private sealed class Taken(EventBudget budget) : MemoryStream
    {
        public long Most { get; private set; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Most = Math.Max(Most, budget.Taken);
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Subscribed : Subscriptions.ISubscription
    {
        public long StandsSince { get; set; }

        public string? Reason { get; private set; }

        public void CutOff(string reason)
        {
            Reason ??= reason;
            StandsSince = 0;
        }
    }
}
