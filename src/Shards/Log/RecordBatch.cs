using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace ActorStreams.Shards.Log;

/// <summary>How far an outside writer has got: bytes that rise, at most <see cref="BytesMax"/>, compared from the left.</summary>
/// <remarks>The writer chooses their meaning: a source sequence number and ordinal, a file generation and byte offset.</remarks>
public readonly struct ProducerPosition(ReadOnlyMemory<byte> bytes) : IEquatable<ProducerPosition>, IComparable<ProducerPosition>
{
    public const int BytesMax = 64;

    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    /// <summary>Before the first append: no bytes, below every other position.</summary>
    public static ProducerPosition None => default;

    public int CompareTo(ProducerPosition other) => Bytes.Span.SequenceCompareTo(other.Bytes.Span);
    public bool Equals(ProducerPosition other) => Bytes.Span.SequenceEqual(other.Bytes.Span);
    public override bool Equals(object? obj) => obj is ProducerPosition other && Equals(other);
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Bytes.Span);
        return hash.ToHashCode();
    }

    public override string ToString() => Convert.ToHexString(Bytes.Span);

    public static bool operator ==(ProducerPosition a, ProducerPosition b) => a.Equals(b);
    public static bool operator !=(ProducerPosition a, ProducerPosition b) => !a.Equals(b);
    public static bool operator <(ProducerPosition a, ProducerPosition b) => a.CompareTo(b) < 0;
    public static bool operator >(ProducerPosition a, ProducerPosition b) => a.CompareTo(b) > 0;
    public static bool operator <=(ProducerPosition a, ProducerPosition b) => a.CompareTo(b) <= 0;
    public static bool operator >=(ProducerPosition a, ProducerPosition b) => a.CompareTo(b) >= 0;
}

/// <summary>One producer's step that a batch makes durable together with its records.</summary>
public sealed record ProducerAdvance(string Producer, long Epoch, ProducerPosition Position);

/// <summary>
/// One journal event: the records of all appends that one flush wrote, with a readable header before them. Byte layout,
/// version 1, little-endian, in <c>docs/formats/record-batch.md</c>:
/// <code>
///  0 u8  version    1 u8 flags         2 u16 header bytes   4 u32 records
///  8 i64 first arrival, ms            16 i64 last arrival, ms
/// 24 i64 journal row                  32 u32 producer section bytes   36 u32 blocks
/// 40 u32 total bytes                  44 u32 CRC-32C of all other bytes
/// 48 producer section, call section where the flags say so, then blocks: u32 arrival - first arrival, u32 records, u32 bytes, records
/// </code>
/// </summary>
public sealed partial class RecordBatch
{
    public const byte Version = 1;
    public const int HeaderBytes = 48;
    private const int BlockHeaderBytes = 12;
    private const int ChecksumOffset = 44;

    private readonly IReadOnlyList<ProducerAdvance> _advances;
    private readonly int _callBytes;

    private RecordBatch(
        ReadOnlyMemory<byte> encoded, RecordBatchHeader header, IReadOnlyList<ProducerAdvance> advances, int callBytes,
        ReadOnlyMemory<byte> stored = default)
    {
        Encoded = encoded;
        Header = header;
        _advances = advances;
        _callBytes = callBytes;
        _stored = stored;
        StoredBytes = encoded.Length;
    }

    /// <summary>The batch in clear; empty where it is not readable.</summary>
    public ReadOnlyMemory<byte> Encoded { get; }
    public RecordBatchHeader Header { get; }
    public long Row => Header.Row;
    public int Count => Header.Count;

    /// <summary>A block and the time at which the shard took it.</summary>
    public readonly record struct TimedBlock(RecordBlock Block, long ArrivalMs);

    /// <summary>Encodes the blocks of one flush; their times must not fall from one to the next.</summary>
    /// <param name="calls">The blocks that belong to calls of clients, in the order of their indexes.</param>
    public static RecordBatch Encode(
        long row, IReadOnlyList<TimedBlock> blocks, IReadOnlyList<ProducerAdvance> advances, IReadOnlyList<CallBlock>? calls = null)
    {
        if (blocks.Count == 0) throw new ArgumentException("A batch holds at least one block.", nameof(blocks));
        var producers = ProducerSection.Encode(advances);
        var callSection = calls is { Count: > 0 } ? CallSection.Encode(calls, blocks[0].ArrivalMs) : [];
        var total = HeaderBytes + producers.Length + callSection.Length;
        var count = 0;
        foreach (var (block, _) in blocks)
        {
            total = checked(total + BlockHeaderBytes + block.Bytes.Length);
            count += block.Count;
        }
        var bytes = GC.AllocateUninitializedArray<byte>(total);
        var header = new RecordBatchHeader(row, count, blocks[0].ArrivalMs, blocks[^1].ArrivalMs, producers.Length, blocks.Count, total)
        {
            HasCalls = callSection.Length > 0,
        };
        header.Write(bytes);
        producers.CopyTo(bytes.AsSpan(HeaderBytes));
        callSection.CopyTo(bytes.AsSpan(HeaderBytes + producers.Length));
        var rest = bytes.AsSpan(HeaderBytes + producers.Length + callSection.Length);
        foreach (var (block, arrivalMs) in blocks)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(rest, checked((uint)(arrivalMs - header.FirstArrivalMs)));
            BinaryPrimitives.WriteUInt32LittleEndian(rest[4..], (uint)block.Count);
            BinaryPrimitives.WriteUInt32LittleEndian(rest[8..], (uint)block.Bytes.Length);
            block.Bytes.Span.CopyTo(rest[BlockHeaderBytes..]);
            rest = rest[(BlockHeaderBytes + block.Bytes.Length)..];
        }
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(ChecksumOffset), Checksum(bytes));
        return new RecordBatch(bytes, header, [.. advances], callSection.Length);
    }

    /// <summary>
    /// Reads a batch back and checks it whole, a sealed one but for its blocks. Throws <see cref="DamagedBatchException"/> that says what is wrong.
    /// </summary>
    public static RecordBatch Decode(ReadOnlyMemory<byte> encoded)
    {
        var bytes = encoded.Span;
        var header = RecordBatchHeader.Read(bytes);
        if (header.TotalBytes != bytes.Length)
            throw new DamagedBatchException($"The batch is {bytes.Length} bytes long where its header says {header.TotalBytes}.");
        var stored = BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumOffset..]);
        var computed = Checksum(bytes);
        if (stored != computed)
            throw new DamagedBatchException($"The checksum of the batch of row {header.Row} is {computed:x8} where {stored:x8} is stored.");
        var advances = ProducerSection.Decode(bytes.Slice(HeaderBytes, header.ProducerBytes));
        var rest = bytes[(HeaderBytes + header.ProducerBytes)..];
        var callBytes = header.HasCalls ? CallSection.Length(rest, header) : 0;
        if (header.IsSealed) return Closed(encoded, header, advances, callBytes);
        CheckBlocks(rest[callBytes..], header);
        return new RecordBatch(encoded, header, advances, callBytes);
    }

    public IReadOnlyList<ProducerAdvance> Advances() => _advances;

    /// <summary>
    /// The blocks that belong to calls of clients, decoded anew each time: few want them. Throws <see cref="DamagedBatchException"/> where
    /// they are not what was written.
    /// </summary>
    public ImmutableArray<CallBlock> Calls() =>
        Header.HasCalls ? CallSection.Decode(Clear.Slice(HeaderBytes + Header.ProducerBytes, _callBytes), Header) : [];

    /// <summary>The records from <paramref name="fromIndex"/> on, with their indexes and arrival times.</summary>
    public BatchEnumerator RecordsFrom(int fromIndex) => IsReadable
        ? new(this, fromIndex)
        : throw new InvalidOperationException($"Row {Row} is sealed with the key '{KeyName}' and was not opened.");

    /// <summary>Whether the bytes are those that somebody wrote, whatever they say.</summary>
    internal static bool HasRightChecksum(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= HeaderBytes && BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumOffset..]) == Checksum(bytes);

    private static uint Checksum(ReadOnlySpan<byte> bytes) =>
        Crc32C.Of(bytes[(ChecksumOffset + 4)..], Crc32C.Of(bytes[..ChecksumOffset]));

    // A right checksum over a wrong structure is the work of a faulty writer; reading on would serve one record for another.
    private static void CheckBlocks(ReadOnlySpan<byte> rest, RecordBatchHeader header)
    {
        long count = 0;
        uint lastOffsetMs = 0;
        for (var i = 0; i < header.Blocks; i++)
        {
            if (rest.Length < BlockHeaderBytes)
                throw new DamagedBatchException($"Block {i} of row {header.Row} wants a header of {BlockHeaderBytes} bytes where {rest.Length} are left.");
            var offsetMs = BinaryPrimitives.ReadUInt32LittleEndian(rest);
            var records = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
            var bytes = BinaryPrimitives.ReadUInt32LittleEndian(rest[8..]);
            if (bytes > rest.Length - BlockHeaderBytes || records == 0 || records * (long)RecordEncoding.RecordBytesMin > bytes)
            {
                throw new DamagedBatchException(
                    $"Block {i} of row {header.Row} says {records} records in {bytes} bytes where {rest.Length - BlockHeaderBytes} are left.");
            }
            if (i == 0 ? offsetMs != 0 : offsetMs < lastOffsetMs)
                throw new DamagedBatchException($"Block {i} of row {header.Row} arrived {offsetMs} ms after the first, the one before it {lastOffsetMs} ms.");
            lastOffsetMs = offsetMs;
            count += records;
            rest = rest[(BlockHeaderBytes + (int)bytes)..];
        }
        if (!rest.IsEmpty || count != header.Count || header.LastArrivalMs - header.FirstArrivalMs != lastOffsetMs)
        {
            throw new DamagedBatchException(
                $"The blocks of row {header.Row} hold {count} records until {lastOffsetMs} ms and leave {rest.Length} bytes; its header says {header}.");
        }
    }

    /// <summary>
    /// Walks the records of a batch; whole blocks before the first wanted index are stepped over. Throws
    /// <see cref="DamagedBatchException"/> where a block does not hold the records it says.
    /// </summary>
    public ref struct BatchEnumerator
    {
        private readonly long _row;
        private readonly long _firstArrivalMs;
        private ReadOnlySpan<byte> _blocks;
        private ReadOnlySpan<byte> _records;
        private uint _recordsLeft;
        private RecordView _current;

        internal BatchEnumerator(RecordBatch batch, int fromIndex)
        {
            _row = batch.Row;
            _firstArrivalMs = batch.Header.FirstArrivalMs;
            _blocks = batch.Encoded.Span[batch.ClearBytes..];
            Index = -1;
            while (Index + 1 < fromIndex && !_blocks.IsEmpty)
            {
                var records = (int)BinaryPrimitives.ReadUInt32LittleEndian(_blocks[4..]);
                if (Index + 1 + records > fromIndex) break;
                Index += records;
                _blocks = _blocks[(BlockHeaderBytes + (int)BinaryPrimitives.ReadUInt32LittleEndian(_blocks[8..]))..];
            }
            while (Index + 1 < fromIndex && MoveNext()) { }
        }

        public int Index { get; private set; }
        public long ArrivalMs { get; private set; }
        public readonly RecordView Current => _current;
        public readonly BatchEnumerator GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_recordsLeft == 0)
            {
                if (_blocks.IsEmpty) return false;
                ArrivalMs = _firstArrivalMs + BinaryPrimitives.ReadUInt32LittleEndian(_blocks);
                _recordsLeft = BinaryPrimitives.ReadUInt32LittleEndian(_blocks[4..]);
                var bytes = (int)BinaryPrimitives.ReadUInt32LittleEndian(_blocks[8..]);
                _records = _blocks.Slice(BlockHeaderBytes, bytes);
                _blocks = _blocks[(BlockHeaderBytes + bytes)..];
            }
            Index++;
            _recordsLeft--;
            if (!RecordEncoding.TryRead(ref _records, out _current) || _recordsLeft == 0 != _records.IsEmpty)
                throw new DamagedBatchException($"Row {_row} is not made of the records its blocks say, at index {Index}.");
            return true;
        }
    }
}

/// <summary>What stands before the payload of a batch, readable without it.</summary>
public readonly record struct RecordBatchHeader(
    long Row, int Count, long FirstArrivalMs, long LastArrivalMs, int ProducerBytes, int Blocks, int TotalBytes)
{
    private const byte SealedFlag = 0x01;
    private const byte CallsFlag = 0x02;
    private const byte KnownFlags = SealedFlag | CallsFlag;

    /// <summary>The blocks are sealed; a key section stands before them.</summary>
    public bool IsSealed { get; init; }

    /// <summary>A section of calls stands behind that of the producers.</summary>
    public bool HasCalls { get; init; }

    public static RecordBatchHeader Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < RecordBatch.HeaderBytes)
            throw new DamagedBatchException($"A batch begins with {RecordBatch.HeaderBytes} bytes of header; {bytes.Length} are there.");
        if (bytes[0] != RecordBatch.Version || (bytes[1] & ~KnownFlags) != 0)
            throw new DamagedBatchException($"Version {bytes[0]} with flags {bytes[1]:x2} is not known; version {RecordBatch.Version} is.");
        if (BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]) is var headerBytes && headerBytes != RecordBatch.HeaderBytes)
            throw new DamagedBatchException($"A header of version {RecordBatch.Version} has {RecordBatch.HeaderBytes} bytes; this one says {headerBytes}.");
        var header = new RecordBatchHeader(
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[32..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[36..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[40..]))
        {
            IsSealed = (bytes[1] & SealedFlag) != 0,
            HasCalls = (bytes[1] & CallsFlag) != 0,
        };
        if (header.Count <= 0 || header.ProducerBytes < 0 || header.Blocks <= 0 || header.LastArrivalMs < header.FirstArrivalMs
            || (long)header.ProducerBytes + RecordBatch.HeaderBytes > header.TotalBytes)
            throw new DamagedBatchException($"The header of the batch contradicts itself: {header}.");
        return header;
    }

    internal void Write(Span<byte> bytes)
    {
        bytes[0] = RecordBatch.Version;
        bytes[1] = (byte)((IsSealed ? SealedFlag : 0) | (HasCalls ? CallsFlag : 0));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[2..], RecordBatch.HeaderBytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], Count);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], FirstArrivalMs);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], LastArrivalMs);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], Row);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[32..], ProducerBytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[36..], Blocks);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[40..], TotalBytes);
    }
}

/// <summary>Stored bytes that are not what was written. Such a batch is reported and never served.</summary>
public sealed class DamagedBatchException(string message) : Exception(message);

/// <summary>u16 count, then for each: u16 name bytes, name in UTF-8, i64 epoch, u8 position bytes, position.</summary>
internal static class ProducerSection
{
    public static byte[] Encode(IReadOnlyList<ProducerAdvance> advances)
    {
        if (advances.Count == 0) return [];
        var total = 2;
        foreach (var a in advances) total += 2 + Encoding.UTF8.GetByteCount(a.Producer) + 8 + 1 + a.Position.Bytes.Length;
        var bytes = new byte[total];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, checked((ushort)advances.Count));
        var rest = bytes.AsSpan(2);
        foreach (var a in advances)
        {
            var name = Encoding.UTF8.GetBytes(a.Producer, rest[2..]);
            BinaryPrimitives.WriteUInt16LittleEndian(rest, checked((ushort)name));
            rest = rest[(2 + name)..];
            BinaryPrimitives.WriteInt64LittleEndian(rest, a.Epoch);
            rest[8] = checked((byte)a.Position.Bytes.Length);
            a.Position.Bytes.Span.CopyTo(rest[9..]);
            rest = rest[(9 + a.Position.Bytes.Length)..];
        }
        return bytes;
    }

    public static ImmutableArray<ProducerAdvance> Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return [];
        var count = BinaryPrimitives.ReadUInt16LittleEndian(Take(ref bytes, 2));
        var advances = ImmutableArray.CreateBuilder<ProducerAdvance>();
        for (var i = 0; i < count; i++)
        {
            var producer = Encoding.UTF8.GetString(Take(ref bytes, BinaryPrimitives.ReadUInt16LittleEndian(Take(ref bytes, 2))));
            var epoch = BinaryPrimitives.ReadInt64LittleEndian(Take(ref bytes, 8));
            var position = Take(ref bytes, Take(ref bytes, 1)[0]).ToArray();
            advances.Add(new ProducerAdvance(producer, epoch, new ProducerPosition(position)));
        }
        return bytes.IsEmpty ? advances.DrainToImmutable() : throw new DamagedBatchException($"{bytes.Length} bytes are left after the producers.");
    }

    private static ReadOnlySpan<byte> Take(scoped ref ReadOnlySpan<byte> bytes, int count)
    {
        if (count > bytes.Length) throw new DamagedBatchException($"The producers want {count} bytes where {bytes.Length} are left.");
        var taken = bytes[..count];
        bytes = bytes[count..];
        return taken;
    }
}
