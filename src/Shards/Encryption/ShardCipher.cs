using System.Security.Cryptography;

namespace ActorStreams.Shards.Encryption;

/// <summary>AES-256-GCM under the key of one shard, derived from the named one. For one thread at a time.</summary>
public sealed class ShardCipher : IDisposable
{
    public const int NonceBytes = 12;
    public const int TagBytes = 16;
    private readonly AesGcm _aes;

    internal ShardCipher(string keyName, byte[] dataKey)
    {
        KeyName = keyName;
        _aes = new AesGcm(dataKey, TagBytes);
        CryptographicOperations.ZeroMemory(dataKey);
    }

    public string KeyName { get; }

    public void Encrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plain, Span<byte> sealedBytes, Span<byte> tag, ReadOnlySpan<byte> associated) =>
        _aes.Encrypt(nonce, plain, sealedBytes, tag, associated);

    /// <summary>False where key, bytes and associated data do not belong together.</summary>
    public bool TryDecrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> tag, Span<byte> plain, ReadOnlySpan<byte> associated)
    {
        try
        {
            _aes.Decrypt(nonce, sealedBytes, tag, plain, associated);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    public void Dispose() => _aes.Dispose();
}
