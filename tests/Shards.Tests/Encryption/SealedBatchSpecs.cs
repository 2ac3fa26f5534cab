using System.Buffers.Binary;
using System.Collections.Immutable;
using ActorStreams.Shards.Encryption;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Tests.Serialization;
using FsCheck;
using FsCheck.Xunit;

namespace ActorStreams.Shards.Tests.Encryption;

public sealed class SealedBatchSpecs
{
    private const string Shard = "shard-eu-central-1-019988776655-7";
    private const int ChecksumOffset = 44;

    [Property(MaxTest = 60)]
    public void What_was_sealed_is_opened_as_it_was(int seed)
    {
        using var cipher = Cipher();
        var plain = new AnyValue(seed).Batch();
        var written = plain.Seal(cipher, NonceOf(seed));

        var read = RecordBatch.Decode(written.Stored.ToArray());
        var opened = Open(read, Samples.Keys, out _)!;

        Assert.True(written is { IsReadable: true, IsSealed: true });
        Assert.Equal(written.Stored.Length, written.StoredBytes);
        Assert.Equal(written.StoredBytes, written.WithoutStored().StoredBytes);
        Assert.True(read is { IsReadable: false, IsSealed: true });
        Assert.Equal(plain.Header with { TotalBytes = read.StoredBytes, IsSealed = true }, read.Header);
        Assert.Equal(plain.Advances(), read.Advances());
        Assert.True(opened is { IsReadable: true, IsSealed: true });
        Assert.Equal(Convert.ToHexString(plain.Encoded.Span), Convert.ToHexString(opened.Encoded.Span));
        Assert.Equal((plain.Header, read.StoredBytes), (opened.Header, opened.StoredBytes));
    }

    [Property(MaxTest = 10)]
    public void Every_changed_byte_is_found(int seed, NonZeroInt change)
    {
        var bytes = Sealed(seed);
        var flip = (byte)(change.Get & 0xff) is var low && low != 0 ? low : (byte)0x80;
        for (var at = 0; at < bytes.Length; at++)
        {
            bytes[at] ^= flip;

            Assert.Throws<DamagedBatchException>(() => RecordBatch.Decode(bytes));

            bytes[at] ^= flip;
        }
        RecordBatch.Decode(bytes);
    }

    /// <summary>Whoever changes what the store has can make the checksum right, but not the tag: it covers what stands in clear too.</summary>
    [Property(MaxTest = 5)]
    public void A_changed_byte_under_a_right_checksum_is_found(int seed)
    {
        var bytes = Sealed(seed);
        for (var at = 0; at < bytes.Length; at++)
        {
            if (at is >= ChecksumOffset and < RecordBatch.HeaderBytes) continue;
            bytes[at] ^= 0x04;
            WriteChecksum(bytes);

            var refusal = Record.Exception(() => Assert.Null(Open(RecordBatch.Decode(bytes), Samples.Keys, out _)));

            Assert.True(refusal is null or DamagedBatchException, $"byte {at}: {refusal}");
            bytes[at] ^= 0x04;
        }
    }

    [Property(MaxTest = 15)]
    public void Bytes_missing_or_too_many_are_found(int seed)
    {
        var bytes = Sealed(seed);

        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<DamagedBatchException>(() => RecordBatch.Decode(bytes.AsMemory(0, length)));
        Assert.Throws<DamagedBatchException>(() => RecordBatch.Decode((byte[])[.. bytes, 0]));
    }

    [Property(MaxTest = 1000)]
    public void A_faulty_writer_with_a_right_checksum_is_found(int seed, int at, byte value)
    {
        var bytes = Sealed(seed);
        bytes[(int)((uint)at % (uint)bytes.Length)] = value;
        WriteChecksum(bytes);

        var refusal = Record.Exception(() => Open(RecordBatch.Decode(bytes), Samples.Keys, out _));

        Assert.True(refusal is null or DamagedBatchException, $"{Convert.ToHexString(bytes)}: {refusal}");
    }

    [Fact]
    public void A_key_that_is_missing_or_another_or_of_another_shard_does_not_open()
    {
        var batch = RecordBatch.Decode(Samples.SealedBatch.Stored);

        Assert.Null(Open(batch, EncryptionKeys.None, out var missing));
        Assert.Equal(new UnusableKey("orders/2026", IsConfigured: false), missing);
        Assert.Null(Open(batch, KeyRing("orders/2026", 7), out var another));
        Assert.Equal(new UnusableKey("orders/2026", IsConfigured: true), another);
        using var elsewhere = new BatchOpener(Samples.Keys, "shard-eu-central-1-019988776655-8");
        Assert.Null(elsewhere.Open(batch, out _));
    }

    [Fact]
    public void Records_of_a_batch_that_was_not_opened_are_not_walked()
    {
        var batch = RecordBatch.Decode(Samples.SealedBatch.Stored);

        Assert.Contains("orders/2026", Assert.Throws<InvalidOperationException>(() => { batch.RecordsFrom(0); }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_and_data_are_not_in_the_stored_bytes_and_what_readers_need_is()
    {
        var stored = Samples.SealedBatch.Stored.Span;

        Assert.Equal(-1, stored.IndexOf("data"u8));
        Assert.Equal(-1, stored.IndexOf("größe"u8));
        Assert.NotEqual(-1, stored.IndexOf("agent-1"u8));
        Assert.Equal(Samples.Batch.Header.LastArrivalMs, RecordBatchHeader.Read(stored[..RecordBatch.HeaderBytes]).LastArrivalMs);
    }

    internal static EncryptionKeys KeyRing(string name, byte fill) => EncryptionKeys.Load(new EncryptionOptions
    {
        Keys = ImmutableSortedDictionary<string, string>.Empty.Add(name, Convert.ToBase64String([.. Enumerable.Repeat(fill, EncryptionKeys.KeyBytes)])),
    });

    private static ShardCipher Cipher() => Samples.Keys.CipherOf("orders/2026", Shard)!;

    private static byte[] Sealed(int seed)
    {
        using var cipher = Cipher();
        return new AnyValue(seed).SealedBatch(cipher).Stored.ToArray();
    }

    private static byte[] NonceOf(int seed)
    {
        var nonce = new byte[ShardCipher.NonceBytes];
        BinaryPrimitives.WriteInt32LittleEndian(nonce, seed);
        return nonce;
    }

    private static RecordBatch? Open(RecordBatch batch, EncryptionKeys keys, out UnusableKey? unusable)
    {
        using var opener = new BatchOpener(keys, Shard);
        return opener.Open(batch, out unusable);
    }

    private static void WriteChecksum(byte[] bytes) => BinaryPrimitives.WriteUInt32LittleEndian(
        bytes.AsSpan(ChecksumOffset), Crc32C.Of(bytes.AsSpan(ChecksumOffset + 4), Crc32C.Of(bytes.AsSpan(0, ChecksumOffset))));
}
