using System.Collections.Immutable;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;

namespace ActorStreams.Shards.Streams;

/// <summary>One look at a shard's load.</summary>
/// <param name="Records">Records and bytes it ever took while its actor lived; they fall when it starts anew.</param>
/// <param name="Samples">Samples behind median and hot key; 0 when nothing was written lately.</param>
public sealed record ShardLoad(long Records, long Bytes, int Samples, UInt128 MedianKey, UInt128 HotKey, double HotKeyShare, string HotPartitionKey);

/// <summary>A key that makes most of a hot shard's load.</summary>
public sealed record HotKey(int Shard, string PartitionKey, double Share);

/// <summary>
/// Decides when an on-demand stream divides a hot shard and joins cold ones. What it saw before is all it remembers, so after a restart
/// everything has to be hot or cold for its time anew. Pure: time comes with each look.
/// </summary>
/// <remarks>
/// It does not flap: two neighbours merge only when both together are far below hot, both for long, and after a pause since the last split; a
/// split needs a minute of heat in a shard that is there for as long.
/// </remarks>
public sealed class OnDemandScaling(OnDemandOptions options)
{
    /// <summary>Fewer samples say nothing about one key.</summary>
    private const int HotKeySamplesMin = 16;

    private readonly Dictionary<int, Seen> _seen = [];
    private long? _lastSplitMs;

    private sealed record Seen(long AtMs, long Records, long Bytes, double Load, long? HotSinceMs, long? ColdSinceMs);

    /// <summary>Keys that were hot alone at the last look.</summary>
    public ImmutableArray<HotKey> HotKeys { get; private set; } = [];

    /// <summary>The tiling to go to, or null to stay.</summary>
    /// <param name="open">Open shards in order of their ranges.</param>
    /// <param name="loads">By shard; one without an answer is left as it was.</param>
    /// <param name="floor">Shards to keep, from warm throughput; at least <see cref="OnDemandOptions.ShardsMin"/> all the same.</param>
    /// <param name="nowMs">Of a clock that does not step, ms.</param>
    public ImmutableArray<UInt128>? Look(IReadOnlyList<ShardSlot> open, IReadOnlyDictionary<int, ShardLoad> loads, int floor, long nowMs)
    {
        Note(open, loads, nowMs);
        var hot = open.Where(s => IsDue(_seen.GetValueOrDefault(s.Number)?.HotSinceMs, options.HotAfter, nowMs) && loads.ContainsKey(s.Number)).ToList();
        HotKeys = [.. hot.Select(s => (Slot: s, Load: loads[s.Number])).Where(h => IsHotAlone(h.Load))
            .Select(h => new HotKey(h.Slot.Number, h.Load.HotPartitionKey, h.Load.HotKeyShare))];
        var startings = ReshardPlan.Startings(open.Select(s => s.Range));
        floor = Math.Clamp(Math.Max(floor, options.ShardsMin), 1, options.ShardsMax);
        if (open.Count < floor) return ReshardPlan.Uniform([.. open.Select(s => s.Range)], floor);
        var split = hot.SelectMany(s => SplitKeys(s.Range, loads[s.Number])).Distinct().Except(startings)
            .Take(Math.Max(0, options.ShardsMax - open.Count)).ToList();
        if (split.Count > 0)
        {
            _lastSplitMs = nowMs;
            return [.. startings.Concat(split).Order()];
        }
        var joined = ColdBoundaries(open, floor, nowMs);
        return joined.Count == 0 ? null : [.. startings.Except(joined)];
    }

    private void Note(IReadOnlyList<ShardSlot> open, IReadOnlyDictionary<int, ShardLoad> loads, long nowMs)
    {
        foreach (var gone in _seen.Keys.Except(open.Select(s => s.Number)).ToList()) _seen.Remove(gone);
        foreach (var slot in open)
        {
            if (!loads.TryGetValue(slot.Number, out var load)) continue;
            var before = _seen.GetValueOrDefault(slot.Number);
            if (before is null || load.Records < before.Records || nowMs <= before.AtMs)
            {
                _seen[slot.Number] = new Seen(nowMs, load.Records, load.Bytes, double.NaN, null, null);
                continue;
            }
            var seconds = (nowMs - before.AtMs) / 1000.0;
            var now = Math.Max(
                (load.Records - before.Records) / seconds / LoadUnits.RecordsPerSecond, (load.Bytes - before.Bytes) / seconds / LoadUnits.BytesPerSecond);
            _seen[slot.Number] = new Seen(
                nowMs, load.Records, load.Bytes, now,
                now >= options.HotLoad ? before.HotSinceMs ?? before.AtMs : null,
                now <= options.ColdLoad ? before.ColdSinceMs ?? before.AtMs : null);
        }
    }

    private static bool IsDue(long? sinceMs, TimeSpan after, long nowMs) => sinceMs is { } since && nowMs - since >= after.TotalMilliseconds;

    private bool IsHotAlone(ShardLoad load) => load.Samples >= HotKeySamplesMin && load.HotKeyShare >= options.HotKeyShare;

    /// <summary>Around a key that is hot alone, else at the middle of the load. None where the shard holds one key only.</summary>
    private IEnumerable<UInt128> SplitKeys(HashKeyRange range, ShardLoad load)
    {
        if (load.Samples == 0) yield break;
        if (IsHotAlone(load))
        {
            if (load.HotKey > range.Starting && load.HotKey <= range.Ending) yield return load.HotKey;
            if (load.HotKey >= range.Starting && load.HotKey < range.Ending) yield return load.HotKey + 1;
        }
        else if (load.MedianKey > range.Starting && load.MedianKey <= range.Ending)
        {
            yield return load.MedianKey;
        }
    }

    private List<UInt128> ColdBoundaries(IReadOnlyList<ShardSlot> open, int floor, long nowMs)
    {
        var boundaries = new List<UInt128>();
        if (_lastSplitMs is { } split && nowMs - split < options.ColdAfter.TotalMilliseconds) return boundaries;
        for (var i = 0; i + 1 < open.Count && open.Count - boundaries.Count > floor; i++)
        {
            var (lower, upper) = (_seen.GetValueOrDefault(open[i].Number), _seen.GetValueOrDefault(open[i + 1].Number));
            if (!IsDue(lower?.ColdSinceMs, options.ColdAfter, nowMs) || !IsDue(upper?.ColdSinceMs, options.ColdAfter, nowMs)) continue;
            if (lower!.Load + upper!.Load > options.ColdLoad) continue;
            boundaries.Add(open[i + 1].Range.Starting);
            i++;
        }
        return boundaries;
    }
}
