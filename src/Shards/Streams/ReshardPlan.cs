using System.Collections.Immutable;
using ActorStreams.Shards.Keys;

namespace ActorStreams.Shards.Streams;

/// <summary>
/// Which splits and merges lead from one tiling of the hash key space to another. A tiling is named by the keys at which its ranges begin,
/// without the 0 of the first. Pure: the steps follow from the map and the target alone, so a reshard goes on after any crash.
/// </summary>
public static class ReshardPlan
{
    /// <summary>Steps at once: enough to use the store's group commit, few enough that the puts of one step do not wait for many others.</summary>
    public const int StepsMax = 16;

    public static ImmutableArray<UInt128> Startings(IEnumerable<HashKeyRange> open) =>
        [.. open.Select(r => r.Starting).Where(s => s != UInt128.MinValue).Order()];

    /// <summary>
    /// The next steps that do not touch each other: first all splits, each at the wanted key nearest to its range's middle, then all
    /// merges. Numbers of children count up from <paramref name="nextNumber"/>. None when the target is reached.
    /// </summary>
    public static ImmutableArray<ReshardStep> NextSteps(IEnumerable<ShardSlot> shards, ImmutableArray<UInt128> target, int nextNumber)
    {
        var open = shards.Where(s => s.IsOpen).OrderBy(s => s.Range.Starting).ToList();
        var splits = Splits(open, target, nextNumber);
        return splits.Length > 0 ? splits : Merges(open, target, nextNumber);
    }

    private static ImmutableArray<ReshardStep> Splits(List<ShardSlot> open, ImmutableArray<UInt128> target, int nextNumber)
    {
        var steps = ImmutableArray.CreateBuilder<ReshardStep>();
        var from = 0;
        foreach (var parent in open)
        {
            while (from < target.Length && target[from] <= parent.Range.Starting) from++;
            var to = from;
            while (to < target.Length && target[to] <= parent.Range.Ending) to++;
            if (to == from) continue;
            var middle = parent.Range.Starting + ((parent.Range.Ending - parent.Range.Starting) / 2);
            var key = target.AsSpan(from, to - from).ToArray().MinBy(k => k > middle ? k - middle : middle - k);
            var (lower, upper) = parent.Range.SplitAt(key);
            steps.Add(new ReshardStep(
                [parent.Number],
                [Child(nextNumber++, lower, parent.Generation + 1, [parent.Number]), Child(nextNumber++, upper, parent.Generation + 1, [parent.Number])]));
            from = to;
            if (steps.Count == StepsMax) break;
        }
        return steps.ToImmutable();
    }

    private static ImmutableArray<ReshardStep> Merges(List<ShardSlot> open, ImmutableArray<UInt128> target, int nextNumber)
    {
        var steps = ImmutableArray.CreateBuilder<ReshardStep>();
        for (var i = 0; i + 1 < open.Count && steps.Count < StepsMax; i++)
        {
            var (lower, upper) = (open[i], open[i + 1]);
            if (target.BinarySearch(upper.Range.Starting) >= 0) continue;
            steps.Add(new ReshardStep(
                [lower.Number, upper.Number],
                [Child(nextNumber++, lower.Range.Merge(upper.Range), Math.Max(lower.Generation, upper.Generation) + 1, [lower.Number, upper.Number])]));
            i++;
        }
        return steps.ToImmutable();
    }

    private static ShardSlot Child(int number, HashKeyRange range, int generation, ImmutableArray<int> parents) =>
        new(number, range, generation, parents, 0);

    /// <summary>
    /// The tiling in which UpdateShardCount ends. Scaling up to at most double, each shard is split once at most and scaling down none
    /// is, as the service was observed to do (10 to 13 makes 37 shards in all, 5 to 3 makes 7): boundaries that are there already serve
    /// for wanted ones within half a shard's width. Beyond double, all are as wide.
    /// </summary>
    public static ImmutableArray<UInt128> Uniform(IReadOnlyList<HashKeyRange> open, int count)
    {
        var wanted = Startings(HashKeyRange.Tile(count));
        if (count > 2 * open.Count || count == 1) return wanted;
        var ranges = open.OrderBy(r => r.Starting).ToList();
        var present = Startings(ranges);
        var tolerance = (UInt128.MaxValue / (UInt128)count) / 2;
        var chosen = new SortedSet<UInt128>(wanted.Where(w => present.Contains(w)));
        var open1 = wanted.Where(w => !chosen.Contains(w)).ToList();
        if (count > ranges.Count)
        {
            foreach (var range in ranges)
            {
                var inside = open1.Where(w => w > range.Starting && w <= range.Ending).ToList();
                if (inside.Count == 0) continue;
                var middle = range.Starting + ((range.Ending - range.Starting) / 2);
                var key = inside.MinBy(k => Distance(k, middle));
                chosen.Add(key);
                open1.Remove(key);
            }
        }
        foreach (var key in open1)
        {
            var near = present.Where(p => !chosen.Contains(p)).OrderBy(p => Distance(p, key)).Cast<UInt128?>().FirstOrDefault();
            chosen.Add(near is { } found && Distance(found, key) <= tolerance ? found : key);
        }
        return [.. chosen];
    }

    private static UInt128 Distance(UInt128 a, UInt128 b) => a > b ? a - b : b - a;
}
