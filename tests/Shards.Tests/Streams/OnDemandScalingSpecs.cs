using System.Collections.Immutable;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Shards.Tests.Streams;

public sealed class OnDemandScalingSpecs
{
    private static readonly OnDemandOptions s_options = new() { ShardsMin = 1, ShardsMax = 8 };
    private const long Second = 1_000;
    private const long Minute = 60 * Second;

    [Fact]
    public void A_shard_hot_for_a_minute_splits_at_the_median_of_its_load_and_no_sooner()
    {
        var ramp = new Ramp(s_options, 1);
        ramp.Load(0, 900, median: 1234);

        Assert.Null(ramp.RunFor(Minute - 1));
        Assert.Equal([1234], ramp.RunFor(Minute)!.Value.ToArray());
    }

    [Fact]
    public void A_burst_shorter_than_a_minute_splits_nothing()
    {
        var ramp = new Ramp(s_options, 1);
        for (var i = 0; i < 10; i++)
        {
            ramp.Load(0, 5_000, median: 1234);
            Assert.Null(ramp.RunFor(50 * Second));
            ramp.Load(0, 10, median: 1234);
            Assert.Null(ramp.RunFor(20 * Second));
        }
    }

    [Fact]
    public void A_key_hot_alone_gets_a_shard_of_its_own_and_is_named()
    {
        var ramp = new Ramp(s_options, 1);
        ramp.Load(0, 2_000, median: 500, hotKey: 500, share: 0.7);

        var target = ramp.RunFor(2 * Minute)!.Value;
        Assert.Equal([500, 501], target.ToArray());
        Assert.Equal((0, "alice", 0.7), (ramp.Scaling.HotKeys[0].Shard, ramp.Scaling.HotKeys[0].PartitionKey, ramp.Scaling.HotKeys[0].Share));

        ramp.Retile(target);
        ramp.Load(1, 2_000, median: 500, hotKey: 500, share: 1);
        Assert.Null(ramp.RunFor(10 * Minute));
        Assert.Equal(ramp.Open[1].Number, Assert.Single(ramp.Scaling.HotKeys).Shard);
    }

    [Fact]
    public void Cold_neighbours_merge_after_the_cool_down_and_never_below_the_floor()
    {
        var ramp = new Ramp(s_options with { ShardsMin = 2 }, 8);

        Assert.Null(ramp.RunFor(14 * Minute));
        while (ramp.RunFor(20 * Minute) is { } target) ramp.Retile(target);

        Assert.Equal(2, ramp.Open.Count);
    }

    [Fact]
    public void A_steady_load_between_cold_and_hot_changes_nothing_ever()
    {
        var ramp = new Ramp(s_options, 4);
        for (var i = 0; i < 4; i++) ramp.Load(i, 400, median: ramp.Open[i].Range.Starting + 7);

        Assert.Null(ramp.RunFor(24 * 60 * Minute));
    }

    [Fact]
    public void A_load_just_above_hot_splits_once_and_its_halves_do_not_merge_again()
    {
        var ramp = new Ramp(s_options, 1);
        ramp.Load(0, 810, median: UInt128.One << 127);
        ramp.Retile(ramp.RunFor(2 * Minute)!.Value);
        ramp.Load(0, 405, median: 7);
        ramp.Load(1, 405, median: (UInt128.One << 127) + 7);

        Assert.Null(ramp.RunFor(24 * 60 * Minute));
    }

    [Fact]
    public void The_ceiling_holds_whatever_the_load()
    {
        var ramp = new Ramp(s_options, 8);
        for (var i = 0; i < 8; i++) ramp.Load(i, 50_000, median: ramp.Open[i].Range.Starting + 7);

        Assert.Null(ramp.RunFor(10 * Minute));
    }

    [Fact]
    public void Warm_throughput_is_a_floor_that_is_there_at_once()
    {
        var ramp = new Ramp(s_options, 1) { Floor = 4 };

        Assert.Equal(ReshardPlan.Startings(HashKeyRange.Tile(4)).ToArray(), ramp.RunFor(1)!.Value.ToArray());
    }

    [Fact]
    public void An_owner_that_starts_anew_counts_from_nothing_and_heats_up_again()
    {
        var ramp = new Ramp(s_options, 1);
        ramp.Load(0, 900, median: 1234);
        Assert.Null(ramp.RunFor(55 * Second));
        ramp.Restart(0);

        Assert.Null(ramp.RunFor(55 * Second));
        Assert.NotNull(ramp.RunFor(20 * Second));
    }

    /// <summary>A stream under a load of so many records a second and shard, looked at every ten seconds.</summary>
    private sealed class Ramp
    {
        private readonly OnDemandOptions _options;
        private readonly Dictionary<int, (double PerSecond, UInt128 Median, UInt128 HotKey, double Share)> _load = [];
        private readonly Dictionary<int, double> _records = [];
        private long _nowMs;
        private int _nextNumber;

        public Ramp(OnDemandOptions options, int shards)
        {
            _options = options;
            Scaling = new OnDemandScaling(options);
            Open = [];
            Retile(ReshardPlan.Startings(HashKeyRange.Tile(shards)));
            Look();
        }

        public OnDemandScaling Scaling { get; }

        public List<ShardSlot> Open { get; private set; }

        public int Floor { get; init; }

        public void Load(int index, double perSecond, UInt128 median, UInt128 hotKey = default, double share = 0) =>
            _load[Open[index].Number] = (perSecond, median, hotKey, share);

        public void Restart(int index) => _records[Open[index].Number] = 0;

        public void Retile(ImmutableArray<UInt128> startings)
        {
            UInt128[] all = [UInt128.MinValue, .. startings];
            Open = [.. all.Select((s, i) => new HashKeyRange(s, i + 1 < all.Length ? all[i + 1] - 1 : UInt128.MaxValue))
                .Select(r => Open.FirstOrDefault(o => o.Range == r) ?? new ShardSlot(_nextNumber++, r, 1, [], 0))];
        }

        /// <summary>The first target within the time, or null.</summary>
        public ImmutableArray<UInt128>? RunFor(long ms)
        {
            for (var until = _nowMs + ms; _nowMs < until;)
            {
                var step = Math.Min((long)_options.LookInterval.TotalMilliseconds, until - _nowMs);
                _nowMs += step;
                foreach (var slot in Open)
                    _records[slot.Number] = _records.GetValueOrDefault(slot.Number) + (_load.GetValueOrDefault(slot.Number).PerSecond * step / 1000);
                if (Look() is { } target) return target;
            }
            return null;
        }

        private ImmutableArray<UInt128>? Look() => Scaling.Look(
            Open,
            Open.ToDictionary(s => s.Number, s => _load.TryGetValue(s.Number, out var l) && l.PerSecond > 0
                ? new ShardLoad((long)_records.GetValueOrDefault(s.Number), 0, 100, l.Median, l.HotKey, l.Share, "alice")
                : new ShardLoad((long)_records.GetValueOrDefault(s.Number), 0, 0, 0, 0, 0, "")),
            Floor, _nowMs);
    }
}
