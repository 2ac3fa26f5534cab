using System.Buffers.Binary;
using System.Text;
using ActorStreams.Shards.Encryption;

namespace ActorStreams.Shards.Log;

/// <content>
/// A batch as it stands in the store when its shard is encrypted: header, producers and calls in clear, for times, rows and recovery
/// need them without a key; the blocks sealed as one. After the clear sections:
/// <code>u8 name bytes, key name | 12 bytes nonce | blocks under AES-256-GCM | 16 bytes tag</code>
/// The tag also covers all that stands in clear but the checksum.
/// </content>
public sealed partial class RecordBatch
{
    private readonly ReadOnlyMemory<byte> _stored;

    /// <summary>The key under which the batch stands in the store; null where it stands in clear.</summary>
    public string? KeyName { get; private init; }

    /// <summary>Stands sealed in the store, whether or not it can be read here.</summary>
    public bool IsSealed => KeyName is not null;

    /// <summary>False for a sealed batch that was not opened: header, producers and calls are there, records are not.</summary>
    public bool IsReadable => !Header.IsSealed;

    /// <summary>Bytes that the batch takes in the store.</summary>
    public int StoredBytes { get; private init; }

    /// <summary>The bytes for the store. Throws where they were given up after they had been written.</summary>
    public ReadOnlyMemory<byte> Stored => !IsSealed ? Encoded
        : !_stored.IsEmpty ? _stored
        : throw new InvalidOperationException($"The sealed bytes of row {Row} were given up.");

    /// <summary>The same batch for readers alone, without the sealed bytes.</summary>
    public RecordBatch WithoutStored() => IsSealed ? new RecordBatch(Encoded, Header, _advances, _callBytes) { KeyName = KeyName, StoredBytes = StoredBytes } : this;

    /// <summary>The same batch, of which another node says that it stands sealed in the store.</summary>
    public RecordBatch KnownSealed(string keyName) => new(Encoded, Header, _advances, _callBytes) { KeyName = keyName, StoredBytes = StoredBytes };

    /// <summary>Readable as before, with the bytes for the store beside. A nonce is never used again under one key.</summary>
    internal RecordBatch Seal(ShardCipher cipher, ReadOnlySpan<byte> nonce)
    {
        var plain = Encoded.Span;
        var clear = ClearBytes;
        var nonceAt = clear + 1 + Encoding.UTF8.GetByteCount(cipher.KeyName);
        var blocks = plain.Length - clear;
        var total = checked(nonceAt + ShardCipher.NonceBytes + blocks + ShardCipher.TagBytes);
        var bytes = GC.AllocateUninitializedArray<byte>(total);
        plain[..clear].CopyTo(bytes);
        (Header with { TotalBytes = total, IsSealed = true }).Write(bytes);
        bytes[clear] = checked((byte)Encoding.UTF8.GetBytes(cipher.KeyName, bytes.AsSpan(clear + 1)));
        nonce.CopyTo(bytes.AsSpan(nonceAt, ShardCipher.NonceBytes));
        var sealedBlocks = bytes.AsSpan(nonceAt + ShardCipher.NonceBytes, blocks);
        cipher.Encrypt(nonce, plain[clear..], sealedBlocks, bytes.AsSpan(total - ShardCipher.TagBytes), Associated(bytes, nonceAt));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(ChecksumOffset), Checksum(bytes));
        return new RecordBatch(Encoded, Header, _advances, _callBytes, bytes) { KeyName = cipher.KeyName, StoredBytes = total };
    }

    /// <summary>
    /// The batch with its records readable; null where the key is not the one it was sealed with, its checksum being right. Throws
    /// <see cref="DamagedBatchException"/> where what it opens is no batch.
    /// </summary>
    internal RecordBatch? Unseal(ShardCipher cipher)
    {
        var bytes = _stored.Span;
        var clear = ClearBytes;
        var nonceAt = clear + 1 + bytes[clear];
        var sealedBlocks = bytes[(nonceAt + ShardCipher.NonceBytes)..^ShardCipher.TagBytes];
        var plain = GC.AllocateUninitializedArray<byte>(clear + sealedBlocks.Length);
        if (!cipher.TryDecrypt(
                bytes.Slice(nonceAt, ShardCipher.NonceBytes), sealedBlocks, bytes[^ShardCipher.TagBytes..], plain.AsSpan(clear), Associated(bytes, nonceAt)))
            return null;
        bytes[..clear].CopyTo(plain);
        var header = Header with { TotalBytes = plain.Length, IsSealed = false };
        header.Write(plain);
        BinaryPrimitives.WriteUInt32LittleEndian(plain.AsSpan(ChecksumOffset), Checksum(plain));
        CheckBlocks(plain.AsSpan(clear), header);
        return new RecordBatch(plain, header, _advances, _callBytes) { KeyName = KeyName, StoredBytes = StoredBytes };
    }

    /// <summary>A sealed batch as the store has it, its checksum checked; needs no key.</summary>
    private static RecordBatch Closed(
        ReadOnlyMemory<byte> stored, RecordBatchHeader header, IReadOnlyList<ProducerAdvance> advances, int callBytes)
    {
        var rest = stored.Span[(HeaderBytes + header.ProducerBytes + callBytes)..];
        var nameBytes = rest.IsEmpty ? 0 : rest[0];
        var least = 1 + nameBytes + ShardCipher.NonceBytes + ((long)header.Blocks * BlockHeaderBytes) + ShardCipher.TagBytes;
        if (nameBytes == 0 || rest.Length < least)
            throw new DamagedBatchException($"Row {header.Row} is sealed and has {rest.Length} bytes for a key's name of {nameBytes} and {header.Blocks} blocks.");
        var name = Encoding.UTF8.GetString(rest.Slice(1, nameBytes));
        if (!EncryptionKeys.IsName(name)) throw new DamagedBatchException($"Row {header.Row} is sealed with '{name}', which is no key's name.");
        return new RecordBatch(default, header, advances, callBytes, stored) { KeyName = name, StoredBytes = stored.Length };
    }

    /// <summary>Bytes before the blocks, or before the key section of a sealed batch.</summary>
    private int ClearBytes => HeaderBytes + Header.ProducerBytes + _callBytes;

    /// <summary>Where the sections in clear are to be found, opened or not.</summary>
    private ReadOnlySpan<byte> Clear => (IsReadable ? Encoded : _stored).Span;

    /// <summary>All in clear but the checksum, which covers the tag itself.</summary>
    private static byte[] Associated(ReadOnlySpan<byte> bytes, int nonceAt) => [.. bytes[..ChecksumOffset], .. bytes[HeaderBytes..nonceAt]];
}
