using System.Buffers;
using System.Buffers.Binary;

namespace ActorStreams.Shards.Log;

/// <summary>One record as it stands in a block or batch; the spans are good as long as the bytes they were read from.</summary>
public readonly ref struct RecordView
{
    public ReadOnlySpan<byte> PartitionKey { get; init; }
    public UInt128? ExplicitHashKey { get; init; }
    public ReadOnlySpan<byte> Data { get; init; }
}

/// <summary>
/// Records encoded one after another, the unit in which a gateway hands them to a shard. The bytes go into the journal as they
/// are, so nothing is copied per record. Layout of a record (<c>docs/formats/record-batch.md</c>):
/// <code>varint key length * 2 + has explicit hash key | varint data length | hash key, 16 bytes big-endian, if any | key | data</code>
/// </summary>
/// <remarks>
/// Never empty: a batch without a record would have no tip, and <see cref="RecordBatch.Decode"/> takes it for damaged. The constructor
/// throws <see cref="ArgumentException"/> for a count that the bytes can't hold. Not for comparison: equality of the memory is by reference.
/// </remarks>
public sealed class RecordBlock(ReadOnlyMemory<byte> bytes, int count)
{
    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    public int Count { get; } = CanHold(bytes.Length, count)
        ? count
        : throw new ArgumentException($"A block holds at least one record of at least {RecordEncoding.RecordBytesMin} bytes; {bytes.Length} bytes can't be {count}.");

    internal static bool CanHold(int bytes, int count) => count > 0 && bytes >= count * (long)RecordEncoding.RecordBytesMin;

    public RecordEnumerator GetEnumerator() => new(Bytes.Span);
}

/// <summary>Builds a <see cref="RecordBlock"/>; lets the data be decoded straight into its place.</summary>
public sealed class RecordBlockBuilder(int capacityBytes = 4096)
{
    private readonly ArrayBufferWriter<byte> _buffer = new(Math.Max(capacityBytes, 64));

    public int Count { get; private set; }

    public int Bytes => _buffer.WrittenCount;

    public void Add(ReadOnlySpan<byte> partitionKey, UInt128? explicitHashKey, ReadOnlySpan<byte> data) =>
        data.CopyTo(Begin(partitionKey, explicitHashKey, data.Length));

    /// <summary>Adds a record and returns the place of its data, which the caller fills, all of it, before the next call.</summary>
    public Span<byte> Begin(ReadOnlySpan<byte> partitionKey, UInt128? explicitHashKey, int dataBytes)
    {
        var total = RecordEncoding.HeaderBytesMax + partitionKey.Length + dataBytes;
        var span = _buffer.GetSpan(total);
        var used = RecordEncoding.WriteHeader(span, partitionKey.Length, explicitHashKey, dataBytes);
        partitionKey.CopyTo(span[used..]);
        used += partitionKey.Length;
        _buffer.Advance(used + dataBytes);
        Count++;
        return span.Slice(used, dataBytes);
    }

    public RecordBlock Build() => new(_buffer.WrittenMemory, Count);
}

/// <summary>Walks encoded records. Throws <see cref="FormatException"/> where the bytes are not whole records.</summary>
public ref struct RecordEnumerator(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public RecordView Current { get; private set; }

    public bool MoveNext()
    {
        if (_rest.IsEmpty) return false;
        Current = RecordEncoding.Read(ref _rest);
        return true;
    }
}

internal static class RecordEncoding
{
    /// <summary>Two varints of at most five bytes and a hash key.</summary>
    public const int HeaderBytesMax = 5 + 5 + HashKeyBytes;

    public const int VarintBytesMax = 5;

    /// <summary>Two varints, of an empty key and no data.</summary>
    public const int RecordBytesMin = 2;

    private const int HashKeyBytes = 16;

    public static int WriteHeader(Span<byte> destination, int keyBytes, UInt128? explicitHashKey, int dataBytes)
    {
        var used = WriteVarint(destination, ((uint)keyBytes << 1) | (explicitHashKey is null ? 0u : 1u));
        used += WriteVarint(destination[used..], (uint)dataBytes);
        if (explicitHashKey is not { } hash) return used;
        BinaryPrimitives.WriteUInt128BigEndian(destination[used..], hash);
        return used + HashKeyBytes;
    }

    public static RecordView Read(scoped ref ReadOnlySpan<byte> bytes)
    {
        var before = bytes.Length;
        return TryRead(ref bytes, out var record) ? record : throw new FormatException($"The {before} bytes left do not begin with a whole record.");
    }

    public static bool TryRead(scoped ref ReadOnlySpan<byte> bytes, out RecordView record)
    {
        record = default;
        if (!TryReadVarint(ref bytes, out var keyAndFlag) || !TryReadVarint(ref bytes, out var dataBytes)) return false;
        UInt128? hash = null;
        if ((keyAndFlag & 1) != 0)
        {
            if (!TryTake(ref bytes, HashKeyBytes, out var hashBytes)) return false;
            hash = BinaryPrimitives.ReadUInt128BigEndian(hashBytes);
        }
        if (!TryTake(ref bytes, keyAndFlag >> 1, out var key) || !TryTake(ref bytes, dataBytes, out var data)) return false;
        record = new RecordView { PartitionKey = key, ExplicitHashKey = hash, Data = data };
        return true;
    }

    private static bool TryTake(scoped ref ReadOnlySpan<byte> bytes, uint count, out ReadOnlySpan<byte> taken)
    {
        taken = default;
        if (count > (uint)bytes.Length) return false;
        taken = bytes[..(int)count];
        bytes = bytes[(int)count..];
        return true;
    }

    public static int WriteVarint(Span<byte> destination, uint value)
    {
        var used = 0;
        while (value >= 0x80)
        {
            destination[used++] = (byte)(value | 0x80);
            value >>= 7;
        }
        destination[used++] = (byte)value;
        return used;
    }

    public static bool TryReadVarint(scoped ref ReadOnlySpan<byte> bytes, out uint value)
    {
        ulong sum = 0;
        for (var i = 0; i < 5 && i < bytes.Length; i++)
        {
            sum |= (ulong)(bytes[i] & 0x7f) << (7 * i);
            if ((bytes[i] & 0x80) != 0) continue;
            value = (uint)sum;
            bytes = bytes[(i + 1)..];
            return sum <= uint.MaxValue;
        }
        value = 0;
        return false;
    }
}
