using System.Collections.Immutable;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Streams;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace ActorStreams.Shards.Tests.Streams;

public sealed class ReshardPlanSpecs
{
    [Theory]
    [InlineData(2, 4, 6)]
    [InlineData(4, 5, 15)]
    [InlineData(10, 13, 37)]
    [InlineData(4, 2, 6)]
    [InlineData(5, 3, 7)]
    public void Scaling_makes_as_many_shards_in_all_as_the_service_was_observed_to_make(int from, int to, int total)
    {
        var shards = Carry(Slots(HashKeyRange.Tile(from)), ReshardPlan.Uniform(HashKeyRange.Tile(from), to));

        Assert.Equal((to, total), (shards.Count(s => s.IsOpen), shards.Length));
    }

    [Theory]
    [InlineData(1, 8)]
    [InlineData(3, 16)]
    [InlineData(2, 1000)]
    [InlineData(4, 8)]
    [InlineData(100, 1)]
    public void Beyond_double_and_where_it_divides_evenly_all_shards_are_as_wide(int from, int to)
    {
        var open = Open(Carry(Slots(HashKeyRange.Tile(from)), ReshardPlan.Uniform(HashKeyRange.Tile(from), to)));

        Assert.Equal(HashKeyRange.Tile(to), open);
    }

    [Fact]
    public void Scaling_up_leaves_no_shard_three_times_as_wide_as_another_when_they_were_even_before()
    {
        foreach (var (from, to) in from f in Enumerable.Range(1, 20) from t in Enumerable.Range(f + 1, f) select (f, t))
        {
            var open = Open(Carry(Slots(HashKeyRange.Tile(from)), ReshardPlan.Uniform(HashKeyRange.Tile(from), to)));
            var widths = open.Select(r => (double)(r.Ending - r.Starting)).ToList();

            Assert.True(widths.Max() <= widths.Min() * 3, $"{from} to {to}: {widths.Max() / widths.Min()}");
        }
    }

    [Property(MaxTest = 200)]
    public Property From_any_tiling_the_steps_lead_to_any_other_and_no_key_is_ever_without_a_shard_or_with_two() =>
        Prop.ForAll(Tilings(), Tilings(), (from, to) =>
        {
            var shards = Carry(Slots(Ranges(from)), to);

            Assert.Equal(Ranges(to), Open(shards));
            Assert.All(shards.Where(s => s.Parents.Length > 0), child =>
            {
                var parents = child.Parents.Select(p => shards.Single(s => s.Number == p)).ToList();
                Assert.All(parents, p => Assert.True(p.Generation < child.Generation && p.Number < child.Number && !p.IsOpen));
            });
        });

    [Property(MaxTest = 200)]
    public Property A_uniform_target_has_as_many_shards_as_were_asked_for() =>
        Prop.ForAll(Tilings(), ArbMap.Default.ArbFor<PositiveInt>(), (from, count) =>
            ReshardPlan.Uniform(Ranges(from), Math.Min(count.Get, 200)).Length == Math.Min(count.Get, 200) - 1);

    [Fact]
    public void Steps_of_a_round_touch_no_shard_twice_and_are_bounded()
    {
        var steps = ReshardPlan.NextSteps(Slots(HashKeyRange.Tile(100)), ReshardPlan.Startings(HashKeyRange.Tile(200)), 100);

        Assert.Equal(ReshardPlan.StepsMax, steps.Length);
        Assert.Equal(steps.Length, steps.SelectMany(s => s.Parents).Distinct().Count());
        Assert.Equal(Enumerable.Range(100, 2 * ReshardPlan.StepsMax), steps.SelectMany(s => s.Children).Select(c => c.Number));
    }

    private static ImmutableArray<ShardSlot> Carry(ImmutableArray<ShardSlot> shards, ImmutableArray<UInt128> target)
    {
        for (var round = 0; round < 2_000; round++)
        {
            var steps = ReshardPlan.NextSteps(shards, target, shards.Length);
            if (steps.IsEmpty) return shards;
            foreach (var step in steps)
            {
                shards = [.. shards.Select(s => step.Parents.Contains(s.Number) ? s with { ClosedRow = 9 } : s), .. step.Children];
                // Throws unless the open ranges cover every key once.
                _ = new HashKeyRouter(Open(shards));
            }
        }
        throw new InvalidOperationException("The steps do not come to an end.");
    }

    private static List<HashKeyRange> Open(ImmutableArray<ShardSlot> shards) => [.. shards.Where(s => s.IsOpen).Select(s => s.Range).OrderBy(r => r.Starting)];

    private static ImmutableArray<ShardSlot> Slots(IReadOnlyList<HashKeyRange> ranges) => [.. ranges.Select((r, i) => new ShardSlot(i, r, 1, [], 0))];

    private static List<HashKeyRange> Ranges(ImmutableArray<UInt128> startings)
    {
        UInt128[] all = [UInt128.MinValue, .. startings];
        return [.. all.Select((s, i) => new HashKeyRange(s, i + 1 < all.Length ? all[i + 1] - 1 : UInt128.MaxValue))];
    }

    private static Arbitrary<ImmutableArray<UInt128>> Tilings() => Arb.From(
        ArbMap.Default.GeneratorFor<ulong[]>().Select(keys => keys.Take(20)
            .Select((k, i) => i % 3 == 0 ? new UInt128(0, (k % 40) + 1) : new UInt128(k, k ^ 7)).Where(k => k != UInt128.MinValue)
            .Distinct().Order().ToImmutableArray()));
}
