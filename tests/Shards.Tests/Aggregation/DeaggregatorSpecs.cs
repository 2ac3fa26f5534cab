using System.Globalization;
using System.Text;
using ActorStreams.Shards.Aggregation;
using ActorStreams.Shards.Keys;
using ActorStreams.TestKit;
using FsCheck.Xunit;

namespace ActorStreams.Shards.Tests.Aggregation;

public sealed class DeaggregatorSpecs
{
    private static readonly UserRecord[] s_three =
    [
        new("pump", null, "one"u8.ToArray()), new("größe", "5", "two"u8.ToArray()), new("pump", "340282366920938463463374607431768211455", []),
    ];

    [Property(MaxTest = 200)]
    public void What_was_aggregated_is_taken_apart_again(int seed)
    {
        var random = new Random(seed);
        var records = Enumerable.Range(0, random.Next(1, 40)).Select(_ => new UserRecord(
            $"key-{random.Next(6)}", random.Next(3) == 0 ? random.NextInt64().ToString(CultureInfo.InvariantCulture) : null, Any(random, random.Next(300)))).ToList();
        var data = KplRecord.Of(records, tablesLast: random.Next(2) == 0, unknownFields: random.Next(2) == 0);

        Assert.Equal(records.Select(Text), Read(data));
    }

    /// <summary>The bytes of one record, written out by hand: two user records under one key, no table of explicit hash keys.</summary>
    [Fact]
    public void The_bytes_of_the_producer_library_are_read()
    {
        var message = Convert.FromHexString("0a0161" + "1a0508001a0162" + "1a0508001a0163");

        Assert.Equal([Text(new("a", null, "b"u8.ToArray())), Text(new("a", null, "c"u8.ToArray()))], Read(KplRecord.Wrap(message)));
        Assert.Equal(message, KplRecord.Of([new("a", null, "b"u8.ToArray()), new("a", null, "c"u8.ToArray())])[4..^16]);
    }

    [Fact]
    public void Explicit_hash_keys_are_read_with_leading_zeros_too()
    {
        var data = KplRecord.Of([new("k", "0017", [1]), new("k", "0", [2])]);
        var deaggregator = new Deaggregator(HashKeyRange.Whole);
        deaggregator.Read(data);

        Assert.Equal((UInt128)17, deaggregator.UserRecord(data, 0).ExplicitHashKey);
        Assert.Equal(UInt128.Zero, deaggregator.UserRecord(data, 1).ExplicitHashKey);
    }

    [Fact]
    public void A_plain_record_is_whole()
    {
        Assert.Equal(AggregationKind.None, Of([]));
        Assert.Equal(AggregationKind.None, Of("""{"value":1}"""u8));
        Assert.Equal(AggregationKind.None, Of(KplRecord.Magic));
        Assert.Equal(AggregationKind.None, Of([.. KplRecord.Magic, .. "and something else, longer than a checksum"u8]));
    }

    [Fact]
    public void An_aggregate_of_nothing_holds_nothing() => Assert.Empty(Read(KplRecord.Wrap([]))!);

    [Property(MaxTest = 20)]
    public void A_record_with_any_byte_changed_is_whole(int seed)
    {
        var data = KplRecord.Of(s_three);
        var flip = (byte)new Random(seed).Next(1, 256);
        for (var at = 0; at < data.Length; at++)
        {
            data[at] ^= flip;

            Assert.Null(Read(data));

            data[at] ^= flip;
        }
        Assert.NotNull(Read(data));
    }

    [Theory]
    [InlineData("0a0161" + "1a0508011a0162", "a partition key index that leads nowhere")]
    [InlineData("0a0161" + "1a07080010001a0162", "an explicit hash key index without a table")]
    [InlineData("0a0161" + "1a0d08ffffffffffffffffff011a0162", "an index that would wrap")]
    [InlineData("0a0161" + "1a031a0162", "no partition key index")]
    [InlineData("0a0161" + "1a020800", "no data")]
    [InlineData("0a0161" + "120178" + "1a07080010001a0162", "an explicit hash key that is no number")]
    [InlineData("0a0161" + "1a0508001a01", "a record that ends too early")]
    [InlineData("0a0561", "a key that ends too early")]
    [InlineData("0a0161" + "0b", "a group without its end")]
    [InlineData("0a0161" + "0f", "a wire type that does not exist")]
    [InlineData("0a0161" + "00", "a field without a number")]
    [InlineData("0a0161" + "0c", "the end of a group that never began")]
    public void A_malformed_message_is_whole(string message, string what) =>
        Assert.True(Of(KplRecord.Wrap(Convert.FromHexString(message))) == AggregationKind.None, what);

    [Property(MaxTest = 2000)]
    public void Any_message_is_read_or_whole(byte[] message) => Of(KplRecord.Wrap(message));

    [Property(MaxTest = 500)]
    public void Any_change_under_a_right_checksum_is_read_or_whole(int seed)
    {
        var random = new Random(seed);
        var message = KplRecord.Of(s_three)[4..^16];
        message[random.Next(message.Length)] = (byte)random.Next(256);

        Read(KplRecord.Wrap(message[..random.Next(message.Length / 2, message.Length + 1)]));
    }

    [Fact]
    public void A_record_with_a_user_record_of_another_shard_is_left_out_whole()
    {
        var halves = HashKeyRange.Tile(2);
        var own = new UserRecord("own", "7", [1]);
        var other = new UserRecord("other", "340282366920938463463374607431768211455", [2]);
        var lower = new Deaggregator(halves[0]);

        Assert.Equal((AggregationKind.Aggregated, 2, 0), (lower.Read(KplRecord.Of([own, own])), lower.Count, lower.LeftOut));
        Assert.Equal((AggregationKind.OutOfRange, 0, 3), (lower.Read(KplRecord.Of([own, other, own])), lower.Count, lower.LeftOut));
        // Without an explicit hash key the MD5 of the partition key counts.
        var key = Enumerable.Range(0, 100).Select(i => $"k{i}").First(k => halves[1].Contains(HashKeys.Of(Encoding.UTF8.GetBytes(k))));
        Assert.Equal(AggregationKind.OutOfRange, lower.Read(KplRecord.Of([new(key, null, [])])));
        Assert.Equal(AggregationKind.Aggregated, new Deaggregator(halves[1]).Read(KplRecord.Of([new(key, null, [])])));
    }

    [Fact]
    public void User_records_are_parts_of_the_data_and_not_copies()
    {
        var data = KplRecord.Of(s_three);
        var deaggregator = new Deaggregator(HashKeyRange.Whole);
        deaggregator.Read(data);

        Assert.True(data.AsSpan().Overlaps(deaggregator.UserRecord(data, 1).Data));
        Assert.True(data.AsSpan().Overlaps(deaggregator.UserRecord(data, 1).PartitionKey));
    }

    private static AggregationKind Of(ReadOnlySpan<byte> data) => new Deaggregator(HashKeyRange.Whole).Read(data);

    /// <summary>Null where the record is whole.</summary>
    private static List<string>? Read(byte[] data)
    {
        var deaggregator = new Deaggregator(HashKeyRange.Whole);
        if (deaggregator.Read(data) == AggregationKind.None) return null;
        var read = new List<string>();
        for (var i = 0; i < deaggregator.Count; i++)
        {
            var record = deaggregator.UserRecord(data, i);
            read.Add(Text(new UserRecord(
                Encoding.UTF8.GetString(record.PartitionKey), record.ExplicitHashKey?.ToString(CultureInfo.InvariantCulture), record.Data.ToArray())));
        }
        return read;
    }

    private static string Text(UserRecord record) => $"{record.PartitionKey}/{record.ExplicitHashKey}/{Convert.ToHexString(record.Data)}";

    private static byte[] Any(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
