using FsCheck;
using FsCheck.Fluent;

namespace ActorStreams.Shards.Tests.Keys;

/// <summary>Hash keys over the whole space, with its edges and those of its halves drawn often.</summary>
public static class KeyArbitraries
{
    private static readonly UInt128[] s_edges =
    [
        UInt128.MinValue, UInt128.One, (UInt128)ulong.MaxValue, (UInt128)ulong.MaxValue + 1,
        (UInt128.One << 127) - 1, UInt128.One << 127, UInt128.MaxValue - 1, UInt128.MaxValue,
    ];

    public static Arbitrary<UInt128> HashKey()
    {
        var half = ArbMap.Default.GeneratorFor<ulong>();
        var anywhere = from upper in half from lower in half select new UInt128(upper, lower);
        var small = Gen.Choose(0, 1000).Select(value => (UInt128)value);
        return Gen.Frequency((6, anywhere), (1, small), (2, Gen.Elements(s_edges))).ToArbitrary();
    }
}
