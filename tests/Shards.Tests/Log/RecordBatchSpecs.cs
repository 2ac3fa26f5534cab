using System.Buffers.Binary;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Tests.Serialization;
using FsCheck;
using FsCheck.Xunit;

namespace ActorStreams.Shards.Tests.Log;

public class RecordBatchSpecs
{
    private const int ChecksumOffset = 44;

    private sealed record Seen(int Index, long ArrivalMs, string Key, UInt128? HashKey, string Data);

    [Property]
    public void What_was_encoded_is_decoded(int seed)
    {
        var batch = new AnyValue(seed).Batch();

        var decoded = RecordBatch.Decode(batch.Encoded.ToArray());

        Assert.Equal(batch.Header, decoded.Header);
        Assert.Equal(batch.Advances(), decoded.Advances());
        Assert.Equal(batch.Calls().AsEnumerable(), decoded.Calls().AsEnumerable());
        Assert.Equal(All(batch), All(decoded));
        Assert.Equal(batch.Count, All(decoded).Count);
        Assert.Equal((batch.Header.FirstArrivalMs, batch.Header.LastArrivalMs), (All(batch)[0].ArrivalMs, All(batch)[^1].ArrivalMs));
    }

    [Fact]
    public void Records_come_out_as_they_went_in()
    {
        var records = All(Samples.Batch);

        Assert.Equal(
            [
                new Seen(0, 1_750_000_000_000, "6B6579", null, "64617461"),
                new Seen(1, 1_750_000_000_000, "6B32", (UInt128.One << 127) + 5, "00FF"),
                new Seen(2, 1_750_000_000_123, "6772C3B6C39F65", null, ""),
            ],
            records);
        Assert.Equal("agent-1", Assert.Single(Samples.Batch.Advances()).Producer);
    }

    [Property]
    public void Reading_from_an_index_is_reading_all_without_those_before(int seed)
    {
        var batch = new AnyValue(seed).Batch();
        var all = All(batch);

        for (var from = -1; from <= batch.Count + 1; from++) Assert.Equal(all.Skip(from), All(batch, from));
    }

    [Property]
    public void Calls_are_read_from_as_much_of_a_row_as_it_takes(int seed, byte less)
    {
        var batch = new AnyValue(seed).Batch();
        var row = batch.Encoded.ToArray();
        var head = row.AsMemory(0, Math.Min(row.Length, RecordBatch.HeaderBytes + less));
        while (CallSection.HeadBytes(head.Span) is var bytes && bytes > head.Length)
        {
            Assert.InRange(bytes, head.Length + 1, row.Length);
            head = row.AsMemory(0, bytes);
        }

        Assert.Equal(batch.Calls().AsEnumerable(), CallSection.DecodeHead(head.Span).AsEnumerable());
    }

    [Property(MaxTest = 15)]
    public void A_changed_byte_of_the_calls_is_found_in_the_head_alone(int seed)
    {
        var batch = new AnyValue(seed).Batch();
        if (!batch.Header.HasCalls) return;
        var row = batch.Encoded.ToArray();
        var start = RecordBatch.HeaderBytes + batch.Header.ProducerBytes;
        var end = CallSection.HeadBytes(row);
        for (var at = start; at < end; at++)
        {
            row[at] ^= 0x40;

            Assert.Throws<DamagedBatchException>(() => CallSection.DecodeHead(row));

            row[at] ^= 0x40;
        }
    }

    [Property(MaxTest = 15)]
    public void Every_changed_byte_is_found(int seed, NonZeroInt change)
    {
        var bytes = new AnyValue(seed).Batch().Encoded.ToArray();
        var flip = (byte)(change.Get & 0xff) is var low && low != 0 ? low : (byte)0x80;
        for (var at = 0; at < bytes.Length; at++)
        {
            bytes[at] ^= flip;

            Assert.Throws<DamagedBatchException>(() => RecordBatch.Decode(bytes));

            bytes[at] ^= flip;
        }
        RecordBatch.Decode(bytes);
    }

    [Property(MaxTest = 15)]
    public void Bytes_missing_or_too_many_are_found(int seed)
    {
        var bytes = new AnyValue(seed).Batch().Encoded.ToArray();

        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<DamagedBatchException>(() => RecordBatch.Decode(bytes.AsMemory(0, length)));
        Assert.Throws<DamagedBatchException>(() => RecordBatch.Decode((byte[])[.. bytes, 0]));
    }

    [Property(MaxTest = 1000)]
    public void A_faulty_writer_with_a_right_checksum_is_found_or_all_records_are_read(int seed, int at, byte value)
    {
        var bytes = new AnyValue(seed).Batch().Encoded.ToArray();
        bytes[(int)((uint)at % (uint)bytes.Length)] = value;
        Seal(bytes);

        AssertDamagedOrWhole(bytes);
    }

    [Property(MaxTest = 60)]
    public void A_faulty_header_field_with_a_right_checksum_is_found_or_all_records_are_read(int seed, uint value)
    {
        var original = new AnyValue(seed).Batch().Encoded.ToArray();
        for (var field = 0; field < ChecksumOffset; field += 4)
        {
            foreach (var wrong in (uint[])[value, 0, 1, int.MaxValue, 0x8000_0000, uint.MaxValue])
            {
                var bytes = original.ToArray();
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(field), wrong);
                Seal(bytes);
                AssertDamagedOrWhole(bytes);
            }
        }
    }

    [Property]
    public void Arbitrary_bytes_are_found_to_be_damaged(byte[] bytes) =>
        Assert.Throws<DamagedBatchException>(() => RecordBatch.Decode(bytes));

    [Fact]
    public void A_block_of_another_count_than_its_header_says_is_found()
    {
        // The first block says one record less, the second one more: their sum is right.
        var bytes = Samples.Batch.Encoded.ToArray();
        var first = RecordBatch.HeaderBytes + Samples.Batch.Header.ProducerBytes;
        bytes[first + 4] = 1;
        bytes[first + 12 + 31 + 4] = 2;
        Seal(bytes);

        var batch = RecordBatch.Decode(bytes);

        Assert.Throws<DamagedBatchException>(() => All(batch));
    }

    [Fact]
    public void A_batch_without_a_block_is_not_written() =>
        Assert.Throws<ArgumentException>(() => RecordBatch.Encode(1, [], []));

    [Fact]
    public void A_block_without_a_record_is_not_built()
    {
        Assert.Throws<ArgumentException>(() => new RecordBlockBuilder().Build());
        Assert.Throws<ArgumentException>(() => new RecordBlock(new byte[3], 2));
        Assert.Equal(1, new RecordBlock(new byte[2], 1).Count);
    }

    [Property]
    public void Arbitrary_bytes_as_records_are_read_or_refused(byte[] bytes)
    {
        var refusal = Record.Exception(() =>
        {
            foreach (var record in new RecordEnumeration(bytes)) _ = record.Data.Length;
        });

        Assert.True(refusal is null or FormatException, refusal?.ToString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(16383)]
    [InlineData(1 << 20)]
    public void Lengths_at_the_edges_of_varints_are_kept(int length)
    {
        var builder = new RecordBlockBuilder();
        builder.Add(new byte[Math.Min(length, 256)], UInt128.MaxValue, new byte[length]);
        builder.Begin(default, null, length).Fill(7);
        var batch = RecordBatch.Decode(RecordBatch.Encode(1, [new(builder.Build(), 5)], []).Encoded);

        var records = All(batch);

        Assert.Equal([length, length], records.Select(r => r.Data.Length / 2));
        Assert.Equal([UInt128.MaxValue, null], records.Select(r => r.HashKey));
    }

    private static void AssertDamagedOrWhole(byte[] bytes)
    {
        var read = 0;
        var counted = 0;
        var refusal = Record.Exception(() =>
        {
            var batch = RecordBatch.Decode(bytes);
            if (!batch.IsReadable) return;
            counted = batch.Count;
            _ = batch.Advances();
            _ = batch.Calls();
            read = All(batch).Count;
        });

        Assert.True(refusal is null or DamagedBatchException, $"{Convert.ToHexString(bytes)}: {refusal}");
        if (refusal is null) Assert.Equal(counted, read);
    }

    private static void Seal(byte[] bytes) => BinaryPrimitives.WriteUInt32LittleEndian(
        bytes.AsSpan(ChecksumOffset), Crc32C.Of(bytes.AsSpan(ChecksumOffset + 4), Crc32C.Of(bytes.AsSpan(0, ChecksumOffset))));

    private static List<Seen> All(RecordBatch batch, int from = 0)
    {
        var seen = new List<Seen>();
        var records = batch.RecordsFrom(from);
        while (records.MoveNext())
        {
            var record = records.Current;
            seen.Add(new Seen(
                records.Index, records.ArrivalMs, Convert.ToHexString(record.PartitionKey), record.ExplicitHashKey, Convert.ToHexString(record.Data)));
        }
        return seen;
    }

    private readonly ref struct RecordEnumeration(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;

        public RecordEnumerator GetEnumerator() => new(_bytes);
    }
}
