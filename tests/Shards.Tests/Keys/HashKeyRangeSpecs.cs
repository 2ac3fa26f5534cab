using System.Numerics;
using ActorStreams.Shards.Keys;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace ActorStreams.Shards.Tests.Keys;

[Properties(Arbitrary = [typeof(KeyArbitraries)])]
public class HashKeyRangeSpecs
{
    private static readonly UInt128 s_max = UInt128.MaxValue;

    [Fact]
    public void One_shard_holds_the_whole_space()
    {
        Assert.Equal([HashKeyRange.Whole], HashKeyRange.Tile(1));
        Assert.Equal(new HashKeyRange(0, s_max), HashKeyRange.Whole);
    }

    [Fact]
    public void Three_shards_have_the_ranges_that_Kinesis_gives_them()
    {
        Assert.Equal(
            [
                ("0", "113427455640312821154458202477256070484"),
                ("113427455640312821154458202477256070485", "226854911280625642308916404954512140969"),
                ("226854911280625642308916404954512140970", "340282366920938463463374607431768211455"),
            ],
            HashKeyRange.Tile(3).Select(range => (HashKeys.Format(range.Starting), HashKeys.Format(range.Ending))));
    }

    [Fact]
    public void Any_number_of_tiles_covers_the_space_at_the_width_that_big_integers_give()
    {
        var space = BigInteger.One << 128;
        foreach (var shards in Enumerable.Range(1, 300).Concat([511, 512, 1000, 4096, 9_999, 10_000, 65_536]))
        {
            var tiles = HashKeyRange.Tile(shards);
            var width = space / shards;

            Assert.Equal(shards, tiles.Count);
            AssertCoversTheSpace(tiles);
            Assert.All(tiles.SkipLast(1), tile => Assert.Equal(width, (BigInteger)tile.Ending - tile.Starting + 1));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void Fewer_than_one_tile_is_refused(int shards) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => HashKeyRange.Tile(shards));

    [Property]
    public void Any_sequence_of_splits_and_merges_covers_the_space(PositiveInt shards, (bool IsSplit, int At, UInt128 Key)[] steps)
    {
        var ranges = HashKeyRange.Tile(shards.Get).ToList();
        foreach (var (isSplit, at, key) in steps)
        {
            if (isSplit)
            {
                SplitAround(ranges, key);
            }
            else if (ranges.Count > 1)
            {
                MergeAt(ranges, (int)((uint)at % (ranges.Count - 1)));
            }

            AssertCoversTheSpace(ranges);
        }
    }

    [Property]
    public void Merging_gives_back_what_was_split_in_either_order(UInt128 a, UInt128 b, UInt128 key)
    {
        var range = Between(a, b);
        if (key == range.Starting || !range.Contains(key))
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => range.SplitAt(key));
            return;
        }

        var (lower, upper) = range.SplitAt(key);

        Assert.True(lower.IsAdjacentBelow(upper));
        Assert.False(upper.IsAdjacentBelow(lower));
        Assert.False(lower.Overlaps(upper));
        Assert.Equal(key, upper.Starting);
        Assert.Equal(range, lower.Merge(upper));
        Assert.Equal(range, upper.Merge(lower));
    }

    [Property]
    public void The_intersection_holds_what_both_hold(UInt128 a, UInt128 b, UInt128 c, UInt128 d, UInt128 key)
    {
        var one = Between(a, b);
        var other = Between(c, d);
        var common = one.Intersect(other);

        Assert.Equal(common, other.Intersect(one));
        Assert.Equal(common is not null, one.Overlaps(other));
        foreach (var probe in (UInt128[])[a, b, c, d, key])
        {
            Assert.Equal(one.Contains(probe) && other.Contains(probe), common?.Contains(probe) ?? false);
        }
    }

    [Property]
    public void Swapped_ends_are_refused(UInt128 a, UInt128 b)
    {
        if (a == b)
        {
            Assert.True(new HashKeyRange(a, b).Contains(a));
            return;
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => new HashKeyRange(UInt128.Max(a, b), UInt128.Min(a, b)));
    }

    [Fact]
    public void Nothing_is_adjacent_above_the_end_of_the_space()
    {
        var top = new HashKeyRange(s_max, s_max);
        var bottom = new HashKeyRange(0, 0);

        Assert.False(top.IsAdjacentBelow(bottom));
        Assert.Throws<ArgumentException>(() => top.Merge(bottom));
        Assert.Throws<ArgumentException>(() => bottom.Merge(top));
    }

    [Fact]
    public void Overlapping_and_distant_ranges_are_not_merged()
    {
        var range = new HashKeyRange(10, 20);

        Assert.Throws<ArgumentException>(() => range.Merge(range));
        Assert.Throws<ArgumentException>(() => range.Merge(new HashKeyRange(20, 30)));
        Assert.Throws<ArgumentException>(() => range.Merge(new HashKeyRange(22, 30)));
        Assert.Equal(new HashKeyRange(10, 30), range.Merge(new HashKeyRange(21, 30)));
    }

    [Fact]
    public void A_range_of_one_key_is_not_split()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new HashKeyRange(5, 5).SplitAt(5));
        Assert.Equal((new HashKeyRange(5, 5), new HashKeyRange(6, 6)), new HashKeyRange(5, 6).SplitAt(6));
    }

    internal static void SplitAround(List<HashKeyRange> ranges, UInt128 key)
    {
        var index = ranges.FindIndex(range => range.Contains(key));
        if (ranges[index].Starting == key)
        {
            return;
        }

        var (lower, upper) = ranges[index].SplitAt(key);
        ranges[index] = lower;
        ranges.Insert(index + 1, upper);
    }

    internal static void MergeAt(List<HashKeyRange> ranges, int index)
    {
        ranges[index] = ranges[index].Merge(ranges[index + 1]);
        ranges.RemoveAt(index + 1);
    }

    private static HashKeyRange Between(UInt128 a, UInt128 b) => new(UInt128.Min(a, b), UInt128.Max(a, b));

    // Big integers, so that an overflow in the code under test cannot hide itself.
    private static void AssertCoversTheSpace(IReadOnlyList<HashKeyRange> ranges)
    {
        BigInteger next = 0;
        foreach (var range in ranges)
        {
            Assert.Equal(next, range.Starting);
            Assert.True(range.Starting <= range.Ending);
            next = (BigInteger)range.Ending + 1;
        }

        Assert.Equal(BigInteger.One << 128, next);
    }
}
