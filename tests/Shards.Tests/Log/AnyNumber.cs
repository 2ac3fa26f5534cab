using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using FsCheck;
using FsCheck.Fluent;

namespace ActorStreams.Shards.Tests.Log;

/// <summary>Sequence numbers over their whole width, with the edges of each field drawn often.</summary>
public static class AnyNumber
{
    public static Arbitrary<SequenceNumber> Number()
    {
        var numbers =
            from incarnation in UpTo(Incarnation.ValueMax)
            from generation in UpTo(SequenceNumber.GenerationMax)
            from shard in UpTo(int.MaxValue)
            from row in UpTo(SequenceNumber.RowMax)
            from index in UpTo(SequenceNumber.IndexMax)
            select new SequenceNumber(new Incarnation(incarnation), (int)generation, (int)shard, row, (int)index);
        return numbers.ToArbitrary();
    }

    private static Gen<long> UpTo(long max) => Gen.Frequency(
        (2, Gen.Elements(0L, 1L, max - 1, max)),
        (1, Gen.Choose(0, 100).Select(value => (long)value)),
        (3, ArbMap.Default.GeneratorFor<ulong>().Select(value => (long)(value % ((ulong)max + 1)))),
        // Bits of both ends of a word, so that a field that runs into its neighbour is seen.
        (2, Gen.Choose(0, 62).Select(bit => (1L << bit) & max)));
}
