using System.Numerics;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using FsCheck.Xunit;

namespace ActorStreams.Shards.Tests.Log;

[Properties(Arbitrary = [typeof(AnyNumber)])]
public class SequenceNumberWriterSpecs
{
    private static readonly BigInteger s_lowLimit = BigInteger.Pow(10, 18);

    [Property]
    public void Every_index_is_written_as_the_number_says(SequenceNumber first, SequenceNumber other)
    {
        var writer = new SequenceNumberWriter(first);

        foreach (var index in (int[])[0, 1, first.Index, other.Index, SequenceNumber.IndexMax])
            Assert.Equal((first with { Index = index }).ToString(), writer.Format(index));
    }

    [Property]
    public void An_index_carries_over_the_lower_18_digits(SequenceNumber any)
    {
        var first = JustBelowCarry(any);
        var writer = new SequenceNumberWriter(first);
        var carry = (int)(s_lowLimit - (Value(first) % s_lowLimit));

        Assert.InRange(carry, 1, SequenceNumber.IndexMax - 1);
        foreach (var index in (int[])[0, carry - 1, carry, carry + 1, SequenceNumber.IndexMax])
        {
            var text = writer.Format(index);
            Assert.Equal((first with { Index = index }).ToString(), text);
            Assert.Equal(SequenceNumber.Digits, text.Length);
        }
    }

    [Property]
    public void Nothing_but_its_56_digits_is_written(SequenceNumber first)
    {
        Span<byte> destination = stackalloc byte[SequenceNumber.Digits + 2];
        destination.Fill((byte)'x');

        new SequenceNumberWriter(first).Write(first.Index, destination[1..]);

        Assert.Equal($"x{first}x", System.Text.Encoding.ASCII.GetString(destination));
    }

    // The row whose number, at index 0, lies fewer than 2^18 below a multiple of 10^18: row * 2^24 = -d - rest (mod 10^18), and since
    // 2^18 divides both 2^24 and 10^18, the d that makes it divisible is found first and the row by inverting 2^6 mod 5^18.
    private static SequenceNumber JustBelowCarry(SequenceNumber any)
    {
        var low = BigInteger.Pow(2, 18);
        var modulus = BigInteger.Pow(5, 18);
        var rest = Value(any with { Row = 0, Index = 0 }) % s_lowLimit;
        var below = low - (rest % low);
        var distance = (((-below - rest) / low) % modulus + modulus) % modulus;
        Assert.Equal(BigInteger.Zero, (below + rest) % low);
        var row = distance * BigInteger.ModPow(64, (modulus / 5 * 4) - 1, modulus) % modulus;
        return any with { Row = (long)row, Index = 0 };
    }

    private static BigInteger Value(SequenceNumber number) => new(number.ToBytes(), isUnsigned: true, isBigEndian: true);
}
