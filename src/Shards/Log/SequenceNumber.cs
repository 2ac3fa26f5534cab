using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Shards.Log;

/// <summary>
/// Says where a record is: the life of the stream, the shard and its generation, the journal row of the batch and the index in
/// it. Written as the decimal of a 188-bit number, always 56 digits, so that it sorts alike as a number and as text:
/// <code>
/// bits   4       48            28           32       52     24
///       2   incarnation   generation      shard     row   index
/// </code>
/// It rises within a shard (row, index), from parent to child (generation is greater than both parents'), and is unique in the
/// stream. See <c>docs/formats/sequence-number.md</c>.
/// </summary>
public readonly record struct SequenceNumber(Incarnation Incarnation, int Generation, int Shard, long Row, int Index)
    : IComparable<SequenceNumber>
{
    public const int Digits = 56;

    /// <summary>Bytes of the binary form: 188 bits, big-endian, right aligned.</summary>
    public const int Bytes = 24;

    public const int GenerationMax = (1 << 28) - 1;
    public const long RowMax = (1L << 52) - 1;
    public const int IndexMax = (1 << 24) - 1;
    private const int Marker = 2;

    /// <summary>Below every record of the shard: row 0 holds no event.</summary>
    public static SequenceNumber Starting(ShardKey shard, int generation) => new(shard.Incarnation, generation, shard.Shard, 0, 0);

    /// <summary>Above every record of the shard: the row of its <c>Closed</c> event, which holds no record.</summary>
    public static SequenceNumber Ending(ShardKey shard, int generation, long closedRow) =>
        new(shard.Incarnation, generation, shard.Shard, closedRow, IndexMax);

    public int CompareTo(SequenceNumber other)
    {
        var order = Incarnation.CompareTo(other.Incarnation);
        if (order == 0) order = Generation.CompareTo(other.Generation);
        if (order == 0) order = Shard.CompareTo(other.Shard);
        if (order == 0) order = Row.CompareTo(other.Row);
        return order != 0 ? order : Index.CompareTo(other.Index);
    }

    public static bool operator <(SequenceNumber a, SequenceNumber b) => a.CompareTo(b) < 0;
    public static bool operator >(SequenceNumber a, SequenceNumber b) => a.CompareTo(b) > 0;
    public static bool operator <=(SequenceNumber a, SequenceNumber b) => a.CompareTo(b) <= 0;
    public static bool operator >=(SequenceNumber a, SequenceNumber b) => a.CompareTo(b) >= 0;

    /// <summary>Writes the 24-byte big-endian form; its bytes sort like the number.</summary>
    public void WriteBytes(Span<byte> destination)
    {
        var (high, low) = Pack();
        BinaryPrimitives.WriteUInt64BigEndian(destination, high);
        BinaryPrimitives.WriteUInt128BigEndian(destination[8..], low);
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[Bytes];
        WriteBytes(bytes);
        return bytes;
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, out SequenceNumber number)
    {
        number = default;
        return bytes.Length == Bytes && TryUnpack(
            BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt128BigEndian(bytes[8..]), out number);
    }

    public override string ToString() => new BigInteger(ToBytes(), isUnsigned: true, isBigEndian: true).ToString(CultureInfo.InvariantCulture);

    /// <summary>False for anything that this type did not write: other lengths, other markers, other characters.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out SequenceNumber number)
    {
        number = default;
        if (text.Length != Digits || !BigInteger.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            return false;
        Span<byte> bytes = stackalloc byte[Bytes];
        var length = value.GetByteCount(isUnsigned: true);
        if (length > Bytes) return false;
        bytes.Clear();
        value.TryWriteBytes(bytes[(Bytes - length)..], out _, isUnsigned: true, isBigEndian: true);
        return TryRead(bytes, out number);
    }

    private (ulong High, UInt128 Low) Pack()
    {
        // From the right: index 0..23, row 24..75, shard 76..107, generation 108..135, incarnation 136..183, marker 184..187.
        var low = (UInt128)(uint)Index | ((UInt128)(ulong)Row << 24) | ((UInt128)(uint)Shard << 76) | ((UInt128)(uint)Generation << 108);
        var high = ((ulong)(uint)Generation >> 20) | ((ulong)Incarnation.Value << 8) | ((ulong)Marker << 56);
        return (high, low);
    }

    private static bool TryUnpack(ulong high, UInt128 low, out SequenceNumber number)
    {
        number = default;
        if (high >> 56 != Marker) return false;
        var incarnation = new Incarnation((long)((high >> 8) & (ulong)Incarnation.ValueMax));
        var generation = (int)(((high & 0xff) << 20) | (ulong)(low >> 108));
        var shard = (uint)(low >> 76);
        if (shard > int.MaxValue) return false;
        number = new SequenceNumber(
            incarnation, generation, (int)shard, (long)((ulong)(low >> 24) & (ulong)RowMax), (int)((uint)low & (uint)IndexMax));
        return true;
    }
}
