using System.Diagnostics.Metrics;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Firehose;
using ActorStreams.Pipelines.Tests.Fakes;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using ActorStreams.TestKit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace ActorStreams.Pipelines.Tests.Firehose;

/// <summary>The source keeps what it has for a day.</summary>
public sealed class RetentionWatchSpecs : IDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 9, 0, 0, 0, TimeSpan.Zero));
    private readonly FakeStreams _streams;
    private readonly HttpClient _http = new();
    private readonly PipelineMetrics _metrics = new();
    private readonly ToldLog _log = new();
    private readonly ShardKey _shard;
    private int _looks;

    public RetentionWatchSpecs()
    {
        _streams = new FakeStreams(_time);
        _shard = _streams.Create("source").Shards[0].Key;
        _streams.OnRead = _ =>
        {
            Interlocked.Increment(ref _looks);
            return false;
        };
    }

    public void Dispose()
    {
        _http.Dispose();
        _metrics.Dispose();
    }

    [Fact]
    public async Task What_is_not_delivered_is_warned_of_when_three_quarters_of_the_retention_are_over()
    {
        _streams.Put("source", "k", "old");
        using var watch = Start();
        await LookedAsync(watch);

        _time.Advance(TimeSpan.FromHours(17));
        await LookedAsync(watch);
        Assert.Equal((TimeSpan.FromHours(7).TotalMilliseconds, false, ""), (watch.Now!.LeftMs, watch.Now.IsShort, watch.Now.Warning));

        await TickUntilAsync(() => Left() is > 6 * 3_600 and <= 7 * 3_600, "the metric");

        _time.Advance(TimeSpan.FromHours(2));
        await ToldAsync(1);
        Assert.Matches(@"^The oldest record that is not delivered is given up by the source in [45](\.\d+)? h: its retention is 24 h\.$", watch.Now.Warning);
        var told = Assert.Single(_log.Told);
        Assert.Equal((60, LogLevel.Warning), (told.Id, told.Level));
        Assert.Matches("^Delivery stream watched, shardId-000000000000: The oldest record that is not delivered is given up by the source in [456]", told.Text);
    }

    [Fact]
    public async Task It_is_said_again_each_hour_and_when_it_is_over()
    {
        _streams.Put("source", "k", "old");
        using var watch = Start();
        await LookedAsync(watch);
        _time.Advance(TimeSpan.FromHours(20));
        await ToldAsync(1);

        _time.Advance(TimeSpan.FromMinutes(1));
        await LookedAsync(watch);
        Assert.Single(_log.Told);
        _time.Advance(TimeSpan.FromMinutes(59));
        await ToldAsync(2);

        _time.Advance(TimeSpan.FromHours(3));
        Assert.Equal("Records that are not delivered are being given up: they are older than the source's retention of 24 h.", watch.Now!.Warning);
        await LookedAsync(watch);
        watch.Follow(new ShardPosition(3, 0));
        await TickUntilAsync(() => _log.Told.Any(t => (t.Id, t.Level) == (61, LogLevel.Information)), "that it is over");
        Assert.Equal((TimeSpan.FromHours(24).TotalMilliseconds, false), (watch.Now.LeftMs, watch.Now.IsShort));
    }

    [Fact]
    public async Task A_source_that_does_not_answer_lets_what_was_seen_grow_older()
    {
        _streams.Put("source", "k", "old");
        using var watch = Start();
        await Eventually.BeTrueAsync(() => watch.Now is not null, "a first look");
        _streams.OnRead = _ => true;

        _time.Advance(TimeSpan.FromHours(20));

        Assert.True(watch.Now!.IsShort, $"{watch.Now} is not short.");
        await ToldAsync(1);
    }

    [Fact]
    public async Task Of_a_shard_that_is_taken_over_the_successor_is_measured()
    {
        _streams.Put("source", "k", "old");
        var before = Start();
        await TickUntilAsync(() => !double.IsNaN(Left()), "the metric");
        // It warns at once, which it does after it has measured.
        var successor = Start(shareMax: 0);
        await ToldAsync(1);

        before.Dispose();
        Assert.False(double.IsNaN(Left()), "The end of the one before took it away.");
        successor.Dispose();
        Assert.True(double.IsNaN(Left()), "It is measured for good.");
    }

    [Fact]
    public async Task A_look_that_ends_after_the_watch_leaves_nothing_behind()
    {
        _streams.Put("source", "k", "old");
        // One step at a time, so that another one begins where the look ended.
        var steps = new TaskFactory(new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler);
        var time = new HookedTime();
        var disposed = new TaskCompletionSource();

        await steps.StartNew(() =>
        {
            var watch = Start(time);
            time.OnUtcNow = () =>
            {
                time.OnUtcNow = null;
                watch.Dispose();
                disposed.SetResult();
            };
        });
        await disposed.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await steps.StartNew(() => { });

        Assert.True(double.IsNaN(Left()), "It is measured for good.");
    }

    [Fact]
    public async Task A_look_that_fails_is_told_and_made_again()
    {
        _streams.Put("source", "k", "old");
        var isBroken = true;
        _streams.OnRead = _ => Volatile.Read(ref isBroken) ? throw new InvalidOperationException("as told") : false;
        using var watch = Start();
        await TickUntilAsync(() => _log.Told.Any(t => (t.Id, t.Level) == (62, LogLevel.Warning)), "that it failed");

        Volatile.Write(ref isBroken, false);
        await TickUntilAsync(() => watch.Now is not null, "a look that does not fail");
    }

    private RetentionWatch Start(TimeProvider? time = null, double shareMax = 0.75)
    {
        var deliveries = new DeliveryServices("", _ => throw new NotSupportedException()) { Log = _log, RetentionShareMax = shareMax };
        return new RetentionWatch(
            DeliveryRig.Definition with { Stream = "watched" }, _shard, new ShardPosition(1, 0), new ConsumerServices(_streams, _http, time ?? _time, _metrics, A.Options(), "here"), deliveries);
    }

    /// <summary>The metric of how long the source still keeps the oldest record, in seconds.</summary>
    private double Left()
    {
        var left = double.NaN;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Name == "actorstreams.delivery.retention_left") l.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) =>
        {
            if (tags.Contains(new("delivery_stream", "watched")) && tags.Contains(new("region", "us-east-1"))) left = value;
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return left;
    }

    /// <summary>A look was made since this was said last, and none is under way, beside which time could jump over the next.</summary>
    private async Task LookedAsync(RetentionWatch watch)
    {
        await Eventually.BeTrueAsync(() => Volatile.Read(ref _looks) > 0 && !watch.IsLooking, "a look");
        Volatile.Write(ref _looks, 0);
    }

    private Task ToldAsync(int count) => TickUntilAsync(() => _log.Told.Count >= count, $"{count} lines of the log");

    /// <summary>A look that is under way as time jumps sees the time of then; a minute later there is another.</summary>
    private Task TickUntilAsync(Func<bool> condition, string expected) => Eventually.BeTrueAsync(
        () =>
        {
            if (condition()) return true;
            _time.Advance(TimeSpan.FromMinutes(1));
            return false;
        },
        expected);

    /// <summary>A look asks for the time between what it sees and what it tells.</summary>
    private sealed class HookedTime : TimeProvider
    {
        public Action? OnUtcNow { get; set; }

        public override DateTimeOffset GetUtcNow()
        {
            OnUtcNow?.Invoke();
            return base.GetUtcNow();
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            callback(state);
            return base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
