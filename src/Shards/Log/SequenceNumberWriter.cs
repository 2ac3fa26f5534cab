using System.Globalization;
using System.Numerics;

namespace ActorStreams.Shards.Log;

/// <summary>
/// Writes the sequence numbers of one batch as decimal digits: the 56 digits of its first record are worked out once, and each
/// index is then a sum in the last 18 digits. A conversion from 188 bits per record would cost more than storing it.
/// </summary>
public readonly struct SequenceNumberWriter
{
    private const int LowDigits = 18;
    private const ulong LowLimit = 1_000_000_000_000_000_000;
    private readonly SequenceNumber _first;
    private readonly byte[] _high;
    private readonly ulong _low;

    /// <param name="first">Number of index 0 of the batch; its own index is not looked at.</param>
    public SequenceNumberWriter(SequenceNumber first)
    {
        _first = first with { Index = 0 };
        var value = new BigInteger(_first.ToBytes(), isUnsigned: true, isBigEndian: true);
        var high = BigInteger.DivRem(value, LowLimit, out var low);
        _low = (ulong)low;
        _high = System.Text.Encoding.ASCII.GetBytes(high.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Writes exactly <see cref="SequenceNumber.Digits"/> ASCII digits.</summary>
    public void Write(int index, Span<byte> destination)
    {
        var low = _low + (ulong)index;
        if (low >= LowLimit)
        {
            // Only where the index carries into the upper digits, about once in 10^11 batches.
            System.Text.Encoding.ASCII.GetBytes((_first with { Index = index }).ToString(), destination);
            return;
        }
        _high.CopyTo(destination);
        low.TryFormat(destination[_high.Length..], out _, "D18", CultureInfo.InvariantCulture);
    }

    public string Format(int index)
    {
        Span<byte> digits = stackalloc byte[SequenceNumber.Digits];
        Write(index, digits);
        return System.Text.Encoding.ASCII.GetString(digits);
    }
}
