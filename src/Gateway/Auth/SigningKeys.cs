using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace ActorStreams.Gateway.Auth;

/// <summary>Signing keys by scope: a key is good for a day, and deriving it costs four HMACs. Safe from any thread.</summary>
internal sealed class SigningKeys
{
    // A client chooses the region, so the number of scopes has no bound of its own.
    private const int CachedMax = 1_000;

    private readonly ConcurrentDictionary<(string AccessKeyId, CredentialScope Scope), byte[]> _cached = new();

    public byte[] For(AccessKey key, CredentialScope scope)
    {
        if (_cached.TryGetValue((key.AccessKeyId, scope), out var known)) return known;
        var derived = Derive(key.SecretAccessKey, scope);
        if (_cached.Count >= CachedMax) _cached.Clear();
        _cached[(key.AccessKeyId, scope)] = derived;
        return derived;
    }

    public static byte[] Derive(string secretAccessKey, CredentialScope scope)
    {
        var key = HMACSHA256.HashData(Encoding.UTF8.GetBytes("AWS4" + secretAccessKey), Encoding.UTF8.GetBytes(scope.Date));
        key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(scope.Region));
        key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(scope.Service));
        return HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(scope.Terminator));
    }

    public static byte[] Sign(byte[] signingKey, string stringToSign) =>
        HMACSHA256.HashData(signingKey, Encoding.UTF8.GetBytes(stringToSign));
}
