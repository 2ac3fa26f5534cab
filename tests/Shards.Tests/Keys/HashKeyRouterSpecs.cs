using ActorStreams.Shards.Keys;
using FsCheck;
using FsCheck.Xunit;

namespace ActorStreams.Shards.Tests.Keys;

[Properties(Arbitrary = [typeof(KeyArbitraries)])]
public class HashKeyRouterSpecs
{
    [Fact]
    public void Every_edge_of_every_tile_is_routed_to_its_tile()
    {
        foreach (var shards in Enumerable.Range(1, 300).Concat([1000, 4096, 9_999, 65_536]))
        {
            var router = new HashKeyRouter(HashKeyRange.Tile(shards));

            AssertEdges(router);
        }
    }

    [Property]
    public void Keys_are_routed_as_a_linear_scan_finds_them(PositiveInt shards, UInt128[] keys)
    {
        var tiles = HashKeyRange.Tile(shards.Get).ToList();
        var router = new HashKeyRouter(tiles);

        Assert.All(keys, key => Assert.Equal(tiles.FindIndex(range => range.Contains(key)), router.Route(key)));
    }

    [Property]
    public void Uneven_ranges_are_routed_as_a_linear_scan_finds_them(PositiveInt shards, UInt128[] splits, byte[] merges, UInt128[] keys)
    {
        var ranges = HashKeyRange.Tile(shards.Get).ToList();
        Array.ForEach(splits, key => HashKeyRangeSpecs.SplitAround(ranges, key));
        foreach (var merge in merges.Where(_ => ranges.Count > 1))
        {
            HashKeyRangeSpecs.MergeAt(ranges, merge % (ranges.Count - 1));
        }

        var router = new HashKeyRouter(ranges);

        Assert.Equal(ranges, router.Ranges);
        AssertEdges(router);
        Assert.All(keys, key => Assert.Equal(ranges.FindIndex(range => range.Contains(key)), router.Route(key)));
    }

    [Fact]
    public void No_range_at_all_is_refused() => Assert.Throws<ArgumentException>(() => new HashKeyRouter([]));

    [Fact]
    public void Ranges_that_do_not_tile_the_space_are_refused_with_the_place()
    {
        HashKeyRange Range(UInt128 starting, UInt128 ending) => new(starting, ending);
        var max = UInt128.MaxValue;

        AssertRefused("must start at 0", Range(1, max));
        AssertRefused("must end at 2^128-1", Range(0, max - 1));
        AssertRefused("Range 1, [11, 340282366920938463463374607431768211455]", Range(0, 9), Range(11, max));
        AssertRefused("Range 1", Range(0, 10), Range(10, max));
        AssertRefused("Range 1", Range(0, max), Range(0, max));
        AssertRefused("Range 2", Range(0, 9), Range(10, 19), Range(10, max));
        AssertRefused("must start at 0", Range(10, max), Range(0, 9));
    }

    [Fact]
    public void A_change_of_the_given_list_does_not_reach_the_router()
    {
        var ranges = HashKeyRange.Tile(2).ToArray();
        var router = new HashKeyRouter(ranges);

        ranges[0] = HashKeyRange.Whole;

        Assert.Equal(HashKeyRange.Tile(2), router.Ranges);
    }

    private static void AssertRefused(string reason, params HashKeyRange[] ranges)
    {
        var error = Assert.Throws<ArgumentException>(() => new HashKeyRouter(ranges));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    private static void AssertEdges(HashKeyRouter router)
    {
        for (var i = 0; i < router.Ranges.Count; i++)
        {
            Assert.Equal(i, router.Route(router.Ranges[i].Starting));
            Assert.Equal(i, router.Route(router.Ranges[i].Ending));
        }
    }
}
