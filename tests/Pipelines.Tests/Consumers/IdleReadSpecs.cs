using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Tests.Fakes;
using ActorStreams.Shards.Streams;
using Akka.Actor;
using Akka.Streams;
using Microsoft.Extensions.Time.Testing;

namespace ActorStreams.Pipelines.Tests.Consumers;

/// <summary>How long reads wait for records, and what of it is work, in time that the spec alone moves.</summary>
public sealed class IdleReadSpecs : IAsyncLifetime
{
    private static readonly ConsumerOptions s_options = new() { IdleAfter = TimeSpan.FromMinutes(1) };
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly ActorSystem _system = ActorSystem.Create("idle-read-specs", "akka.loglevel = OFF");
    private readonly CancellationTokenSource _stop = new();
    private readonly FakeStreams _streams;
    private readonly ShardKey _shard;
    private readonly GraphPulse _pulse;
    private int _slices;
    private int _records;

    public IdleReadSpecs()
    {
        _streams = new FakeStreams(_time);
        _shard = _streams.Create("source").Shards[0].Key;
        _pulse = new GraphPulse(_time);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _system.Terminate();
        _stop.Dispose();
    }

    [Fact]
    public async Task A_shard_that_never_had_a_record_is_read_seldom()
    {
        Run();

        await Eventually.BeTrueAsync(() => _streams.ReadWait == s_options.IdleReadWait, "a long read");
    }

    [Fact]
    public async Task A_record_of_an_idle_shard_comes_at_once_and_is_followed_by_short_reads_for_as_long_as_a_batch_may_be_open()
    {
        Run();
        await Eventually.BeTrueAsync(() => _streams.ReadWait == s_options.IdleReadWait, "a long read");

        _streams.Put("source", "k", "x");

        await Eventually.BeTrueAsync(() => Volatile.Read(ref _records) == 1 && _streams.ReadWait == s_options.ReadWait, "the record, and then a short read");
        var since = _time.GetTimestamp();
        while (_time.GetElapsedTime(since) < s_options.IdleAfter - s_options.ReadWait)
        {
            await ReadAsync();
            Assert.Equal(s_options.ReadWait, _streams.ReadWait);
        }
        await ReadAsync();
        await ReadAsync();
        Assert.Equal(s_options.IdleReadWait, _streams.ReadWait);
    }

    [Fact]
    public async Task What_a_read_waits_at_the_tip_is_no_time_of_the_store()
    {
        var asked = 0;
        _streams.OnRead = _ =>
        {
            Interlocked.Increment(ref asked);
            return false;
        };
        Run();
        for (var record = 1; record <= 4; record++)
        {
            // Each read looks at the shard when it begins, and again when a record comes.
            await Eventually.BeTrueAsync(() => Volatile.Read(ref asked) == (2 * record) - 1, "a read that waits");
            if (record > 1) _time.Advance(TimeSpan.FromSeconds(1));
            _streams.Put("source", "k", "x");
        }
        await Eventually.BeTrueAsync(() => Volatile.Read(ref _records) == 4, "the records");

        Assert.Equal(TimeSpan.Zero, _pulse.Of(GraphStage.Read));
    }

    [Fact]
    public async Task What_a_read_takes_behind_the_tip_is_time_of_the_store()
    {
        _streams.Put("source", [("k", "x"), ("k", "y"), ("k", "z")]);
        _streams.OnRead = _ =>
        {
            if (Volatile.Read(ref _records) < 3) _time.Advance(TimeSpan.FromSeconds(1));
            return false;
        };

        Run(s_options with { ReadRecordsMax = 1 });

        await Eventually.BeTrueAsync(() => Volatile.Read(ref _records) == 3, "the records");
        Assert.Equal((3, TimeSpan.FromSeconds(3)), (_pulse.Reads, _pulse.Of(GraphStage.Read)));
    }

    /// <summary>Moves time until a read that found nothing is answered, and the next one is under way.</summary>
    private async Task ReadAsync()
    {
        var seen = Volatile.Read(ref _slices);
        await Eventually.BeTrueAsync(
            () =>
            {
                if (Volatile.Read(ref _slices) > seen) return true;
                _time.Advance(TimeSpan.FromMilliseconds(250));
                return false;
            }, "a read");
        await Task.Yield();
    }

    private void Run(ConsumerOptions? options = null) => ShardSource
        .From(_streams, _shard, default, options ?? s_options, _time, default, _ => { }, _pulse, _stop.Token)
        .RunForeach(
            envelope =>
            {
                Interlocked.Add(ref _records, envelope.Value.Slices.Sum(s => s.Count));
                Interlocked.Increment(ref _slices);
            }, _system.Materializer());
}
