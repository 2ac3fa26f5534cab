using ActorStreams.Shards.Keys;
using FsCheck.Xunit;

namespace ActorStreams.Shards.Tests.Keys;

public class PartitionKeyHasherSpecs
{
    // Both ways are checked on every machine; which of them HashAll takes depends on the processor.
    private delegate void Hashing(ReadOnlySpan<byte> buffer, ReadOnlySpan<(int Offset, int Length)> keys, Span<UInt128> hashes);

    private static readonly Hashing[] s_ways =
    [
        PartitionKeyHasher.HashAll, PartitionKeyHasher.HashInLanes, PartitionKeyHasher.HashOneByOne,
    ];

    [Fact]
    public void Every_length_is_hashed_right_in_every_lane()
    {
        var random = new Random(256);
        for (var lane = 0; lane < 16; lane++)
        {
            var lengths = Enumerable.Range(0, lane).Concat(Enumerable.Range(0, 301)).ToArray();

            AssertHashed(lengths, random);
        }
    }

    [Fact]
    public void Every_number_of_keys_is_hashed_right()
    {
        var random = new Random(55);
        for (var count = 0; count <= 70; count++)
        {
            AssertHashed([.. Enumerable.Range(0, count).Select(_ => random.Next(0, 56))], random);
        }
    }

    [Fact]
    public void Long_keys_among_short_ones_stay_in_their_places()
    {
        var random = new Random(500);
        for (var run = 0; run < 50; run++)
        {
            var lengths = Enumerable.Range(0, 500).Select(_ => random.Next(4) == 0 ? random.Next(54, 260) : random.Next(0, 57));

            AssertHashed([.. lengths], random);
        }
    }

    [Property]
    public void Any_keys_are_hashed_as_one_by_one(byte[][] keys)
    {
        var buffer = keys.SelectMany(key => key).ToArray();
        var places = new (int Offset, int Length)[keys.Length];
        var offset = 0;
        for (var i = 0; i < keys.Length; i++)
        {
            places[i] = (offset, keys[i].Length);
            offset += keys[i].Length;
        }

        AssertHashed(buffer, places);
    }

    [Fact]
    public void Keys_may_share_bytes_and_come_in_any_order()
    {
        byte[] buffer = [.. Enumerable.Range(0, 100).Select(value => (byte)value)];

        AssertHashed(buffer, [.. Enumerable.Range(0, 90).Select(i => (90 - i, i % 11))]);
    }

    [Fact]
    public void Room_for_fewer_hashes_than_keys_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => PartitionKeyHasher.HashAll([1, 2], [(0, 1), (1, 1)], new UInt128[1]));

        Assert.Contains("2 keys", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Hashes_beyond_the_keys_are_left_alone()
    {
        var hashes = new UInt128[20];
        Array.Fill(hashes, (UInt128)7);

        PartitionKeyHasher.HashAll(new byte[10], [(0, 1), (1, 2), (2, 3), (3, 4)], hashes);

        Assert.All(hashes[4..], hash => Assert.Equal((UInt128)7, hash));
    }

    [Fact]
    public void A_key_outside_the_buffer_is_refused()
    {
        foreach (var way in s_ways)
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => way(new byte[10], [(0, 1), (0, 2), (8, 3)], new UInt128[3]));
            Assert.Throws<ArgumentOutOfRangeException>(() => way(new byte[10], [(0, 1), (0, 2), (-1, 3)], new UInt128[3]));
            Assert.Throws<ArgumentOutOfRangeException>(() => way(new byte[10], [(0, 1), (0, 2), (1, -1)], new UInt128[3]));
        }
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        var buffer = new byte[500 * 40];
        var keys = Enumerable.Range(0, 500).Select(i => (i * 40, 8 + (i % 33))).ToArray();
        var hashes = new UInt128[500];
        PartitionKeyHasher.HashAll(buffer, keys, hashes);

        var before = GC.GetAllocatedBytesForCurrentThread();
        PartitionKeyHasher.HashAll(buffer, keys, hashes);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static void AssertHashed(int[] lengths, Random random)
    {
        var keys = new (int Offset, int Length)[lengths.Length];
        var offset = 0;
        for (var i = 0; i < lengths.Length; i++)
        {
            keys[i] = (offset, lengths[i]);
            offset += lengths[i];
        }

        var buffer = new byte[offset];
        random.NextBytes(buffer);
        AssertHashed(buffer, keys);
    }

    private static void AssertHashed(byte[] buffer, (int Offset, int Length)[] keys)
    {
        var expected = Array.ConvertAll(keys, key => HashKeysSpecs.PlatformHash(buffer.AsSpan(key.Offset, key.Length)));
        foreach (var way in s_ways)
        {
            var hashes = new UInt128[keys.Length];
            way(buffer, keys, hashes);

            Assert.Equal(expected, hashes);
        }
    }
}
