using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ActorStreams.Gateway.Wire;

/// <summary>What a sealed token is for; one kind is never taken for another.</summary>
internal enum TokenPurpose : byte
{
    ShardIterator = 1,
    ListShards = 2,
    ListStreams = 3,
    ListStreamConsumers = 4,
}

/// <summary>
/// Makes and opens the opaque strings that clients hand back. Any node with the same key opens them. Layout, before base64:
/// <code>u8 version 1 | u8 purpose | i64 issued at, ms, big-endian | payload | HMAC-SHA256 of all before it, first 16 bytes</code>
/// </summary>
internal sealed class TokenSealer(byte[] key, TimeProvider time)
{
    private const byte Version = 1;
    private const int HeaderBytes = 10;
    private const int SealBytes = 16;

    public string Seal(TokenPurpose purpose, ReadOnlySpan<byte> payload)
    {
        var bytes = new byte[HeaderBytes + payload.Length + SealBytes];
        bytes[0] = Version;
        bytes[1] = (byte)purpose;
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(2), time.GetUtcNow().ToUnixTimeMilliseconds());
        payload.CopyTo(bytes.AsSpan(HeaderBytes));
        var sealedPart = bytes.AsSpan(0, HeaderBytes + payload.Length);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, sealedPart, hash);
        hash[..SealBytes].CopyTo(bytes.AsSpan(sealedPart.Length));
        return Convert.ToBase64String(bytes);
    }

    /// <summary>False for anything not sealed with this key for this purpose.</summary>
    public bool TryOpen(TokenPurpose purpose, string token, out byte[] payload, out DateTimeOffset issuedAt)
    {
        payload = [];
        issuedAt = default;
        var bytes = new byte[(token.Length / 4 * 3) + 3];
        if (!Convert.TryFromBase64String(token, bytes, out var length) || length < HeaderBytes + SealBytes) return false;
        var sealedPart = bytes.AsSpan(0, length - SealBytes);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, sealedPart, hash);
        if (!CryptographicOperations.FixedTimeEquals(hash[..SealBytes], bytes.AsSpan(sealedPart.Length, SealBytes))) return false;
        if (bytes[0] != Version || bytes[1] != (byte)purpose) return false;
        issuedAt = DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(2)));
        payload = sealedPart[HeaderBytes..].ToArray();
        return true;
    }
}
