using System.Buffers.Binary;
using System.Collections.Immutable;

namespace ActorStreams.Shards.Log;

/// <summary>
/// Which blocks of a batch belong to which calls, between the producer section and the blocks, where it is read without them:
/// <code>
/// u32 bytes of the section   u32 CRC-32C of the bytes after it   u32 calls, then for each:
///   u8 kind (1 body hash, 2 entries)   u128 id, big-endian   varint records since the call before   varint records
///   varint ms since the call before    u64 body hash, if any   u8 bytes, bits of the entries, if not all
/// </code>
/// </summary>
internal static class CallSection
{
    private const int FixedBytes = 12;
    private const int CallBytesMin = 1 + IdBytes + 3;
    private const int IdBytes = 16;
    private const int HashBytes = 8;
    private const byte HasBodyHash = 1;
    private const byte HasEntries = 2;

    public static byte[] Encode(IReadOnlyList<CallBlock> calls, long firstArrivalMs)
    {
        var bound = FixedBytes;
        foreach (var call in calls) bound += 1 + IdBytes + (3 * RecordEncoding.VarintBytesMax) + HashBytes + 1 + call.Entries.Bits.Length;
        var bytes = new byte[bound];
        var used = FixedBytes;
        var (index, arrivalMs) = (0, firstArrivalMs);
        foreach (var call in calls)
        {
            var kind = (byte)((call.BodyHash != 0 ? HasBodyHash : 0) | (call.Entries.IsAll ? 0 : HasEntries));
            bytes[used++] = kind;
            BinaryPrimitives.WriteUInt128BigEndian(bytes.AsSpan(used), call.Id);
            used += IdBytes;
            used += RecordEncoding.WriteVarint(bytes.AsSpan(used), checked((uint)(call.FirstIndex - index)));
            used += RecordEncoding.WriteVarint(bytes.AsSpan(used), (uint)call.Count);
            used += RecordEncoding.WriteVarint(bytes.AsSpan(used), checked((uint)(call.ArrivalMs - arrivalMs)));
            (index, arrivalMs) = (call.FirstIndex + call.Count, call.ArrivalMs);
            if ((kind & HasBodyHash) != 0)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(used), call.BodyHash);
                used += HashBytes;
            }
            if ((kind & HasEntries) == 0) continue;
            bytes[used++] = checked((byte)call.Entries.Bits.Length);
            call.Entries.Bits.Span.CopyTo(bytes.AsSpan(used));
            used += call.Entries.Bits.Length;
        }
        Array.Resize(ref bytes, used);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)used);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), (uint)calls.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), Crc32C.Of(bytes.AsSpan(8)));
        return bytes;
    }

    /// <summary>Bytes of the section that <paramref name="bytes"/> begin with. Throws <see cref="DamagedBatchException"/> where they can't.</summary>
    public static int Length(ReadOnlySpan<byte> bytes, RecordBatchHeader header)
    {
        var left = header.TotalBytes - RecordBatch.HeaderBytes - header.ProducerBytes;
        if (bytes.Length < sizeof(uint) || left < FixedBytes || BinaryPrimitives.ReadUInt32LittleEndian(bytes) is var length && (length < FixedBytes || length > left))
            throw new DamagedBatchException($"The calls of row {header.Row} do not fit into the {left} bytes that are left for them.");
        return (int)length;
    }

    /// <summary>
    /// How many bytes of a row have to be read for its calls, when these are its first: as many as there are at most when they suffice.
    /// Throws <see cref="DamagedBatchException"/> on a header that is none.
    /// </summary>
    public static int HeadBytes(ReadOnlySpan<byte> head)
    {
        var header = RecordBatchHeader.Read(head);
        if (!header.HasCalls) return RecordBatch.HeaderBytes;
        var start = RecordBatch.HeaderBytes + header.ProducerBytes;
        return head.Length < start + sizeof(uint) ? Math.Min(start + sizeof(uint), header.TotalBytes) : start + Length(head[start..], header);
    }

    /// <summary>The calls of a row whose first <see cref="HeadBytes"/> bytes are here.</summary>
    public static ImmutableArray<CallBlock> DecodeHead(ReadOnlySpan<byte> head)
    {
        var header = RecordBatchHeader.Read(head);
        if (!header.HasCalls) return [];
        var section = head[(RecordBatch.HeaderBytes + header.ProducerBytes)..];
        return Decode(section[..Length(section, header)], header);
    }

    /// <summary>Throws <see cref="DamagedBatchException"/> for anything that <see cref="Encode"/> did not write.</summary>
    public static ImmutableArray<CallBlock> Decode(ReadOnlySpan<byte> section, RecordBatchHeader header)
    {
        var stored = BinaryPrimitives.ReadUInt32LittleEndian(section[4..]);
        var computed = Crc32C.Of(section[8..]);
        if (stored != computed)
            throw new DamagedBatchException($"The checksum of the calls of row {header.Row} is {computed:x8} where {stored:x8} is stored.");
        var count = BinaryPrimitives.ReadUInt32LittleEndian(section[8..]);
        var rest = section[FixedBytes..];
        if (count == 0 || count * (long)CallBytesMin > rest.Length) throw Damaged(header);
        var calls = ImmutableArray.CreateBuilder<CallBlock>((int)count);
        var (index, arrivalMs) = (0L, header.FirstArrivalMs);
        for (var i = 0; i < count; i++)
        {
            if (rest.Length < CallBytesMin) throw Damaged(header);
            var kind = rest[0];
            var id = BinaryPrimitives.ReadUInt128BigEndian(rest[1..]);
            rest = rest[(1 + IdBytes)..];
            if (!RecordEncoding.TryReadVarint(ref rest, out var skipped) || !RecordEncoding.TryReadVarint(ref rest, out var records)
                || !RecordEncoding.TryReadVarint(ref rest, out var laterMs))
                throw Damaged(header);
            index += skipped;
            arrivalMs += laterMs;
            if (kind > (HasBodyHash | HasEntries) || records == 0 || index + records > header.Count || arrivalMs > header.LastArrivalMs) throw Damaged(header);
            var bodyHash = (kind & HasBodyHash) == 0 ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(Take(ref rest, HashBytes, header));
            var entries = (kind & HasEntries) == 0 ? CallEntries.All : new CallEntries(Take(ref rest, Take(ref rest, 1, header)[0], header).ToArray());
            calls.Add(new CallBlock(id, entries, bodyHash, header.Row, (int)index, (int)records, arrivalMs));
            index += records;
        }
        return rest.IsEmpty ? calls.MoveToImmutable() : throw Damaged(header);
    }

    private static ReadOnlySpan<byte> Take(scoped ref ReadOnlySpan<byte> bytes, int count, RecordBatchHeader header)
    {
        if (count > bytes.Length) throw Damaged(header);
        var taken = bytes[..count];
        bytes = bytes[count..];
        return taken;
    }

    private static DamagedBatchException Damaged(RecordBatchHeader header) =>
        new($"The calls of row {header.Row} are not made as its header says: {header}.");
}
