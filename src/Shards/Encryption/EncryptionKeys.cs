using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace ActorStreams.Shards.Encryption;

/// <summary>The keys of a node, as its settings have them. Immutable and safe from any thread; no key is ever given out or printed.</summary>
public sealed class EncryptionKeys
{
    public const int KeyBytes = 32;

    /// <summary>A name stands in every sealed batch with one byte for its length.</summary>
    public const int NameLengthMax = 128;

    private const string FilePrefix = "file:";
    private const string AliasPrefix = "alias/";
    private const string KeyPrefix = "key/";
    private static readonly byte[] s_checkInfo = "actorstreams/key-check"u8.ToArray();
    private readonly ImmutableSortedDictionary<string, byte[]> _keys;

    private EncryptionKeys(ImmutableSortedDictionary<string, byte[]> keys) => _keys = keys;

    public static EncryptionKeys None { get; } = new(ImmutableSortedDictionary.Create<string, byte[]>(StringComparer.Ordinal));

    /// <summary>Names of all keys, in ordinal order.</summary>
    public IEnumerable<string> Names => _keys.Keys;

    /// <summary>Reads every key. Throws <see cref="ArgumentException"/> that lists all that is wrong, without a key in it.</summary>
    public static EncryptionKeys Load(EncryptionOptions options)
    {
        var errors = new List<string>();
        var keys = Load(options, errors);
        return errors.Count == 0 ? keys : throw new ArgumentException(string.Join(" ", errors), nameof(options));
    }

    /// <summary>As <see cref="Load(EncryptionOptions)"/>, with the errors added to a list, each beginning with the setting below <c>ActorStreams:Encryption</c>.</summary>
    public static EncryptionKeys Load(EncryptionOptions options, ICollection<string> errors)
    {
        var keys = ImmutableSortedDictionary.CreateBuilder<string, byte[]>(StringComparer.Ordinal);
        foreach (var (name, value) in options.Keys)
        {
            var setting = $"{nameof(options.Keys)}:{name}";
            if (!IsName(name))
                errors.Add($"{setting} has a name that no key may have; allowed are 1 to {NameLengthMax} of a-z A-Z 0-9 / _ -, not beginning with '{AliasPrefix}' or '{KeyPrefix}'.");
            else if (Read(value, out var key) is { } wrong)
                errors.Add($"{setting} {wrong}");
            else
                keys[name] = key;
        }
        return new EncryptionKeys(keys.ToImmutable());
    }

    /// <summary>
    /// The name of the key that an AWS key id means: the name itself, <c>alias/name</c>, or an ARN that ends in <c>key/name</c> or
    /// <c>alias/name</c>. Null where this node has none of that name.
    /// </summary>
    public string? Find(string keyId) => NameOf(keyId) is { } name && _keys.ContainsKey(name) ? name : null;

    /// <summary>The name that a key id means, whether or not there is such a key; null where it is none of the forms of <see cref="Find"/>.</summary>
    public static string? NameOf(string keyId)
    {
        var name = keyId;
        if (keyId.StartsWith("arn:", StringComparison.Ordinal))
        {
            // arn:partition:kms:region:account:resource
            var parts = keyId.Split(':', 6);
            if (parts.Length < 6 || parts[2] != "kms") return null;
            name = parts[5];
            if (name.StartsWith(KeyPrefix, StringComparison.Ordinal)) name = name[KeyPrefix.Length..];
            else if (!name.StartsWith(AliasPrefix, StringComparison.Ordinal)) return null;
        }
        if (name.StartsWith(AliasPrefix, StringComparison.Ordinal)) name = name[AliasPrefix.Length..];
        return IsName(name) ? name : null;
    }

    /// <summary>The key as a shard notes it; without a check where this node lacks it.</summary>
    public EncryptionKeyRef RefOf(string name) => new(name, _keys.TryGetValue(name, out var key) ? Check(key) : "");

    /// <summary>What seals and opens the batches of one shard; null where this node has no key of that name.</summary>
    internal ShardCipher? CipherOf(string name, string persistenceId) =>
        _keys.TryGetValue(name, out var key) ? new ShardCipher(name, Derive(key, Encoding.UTF8.GetBytes(persistenceId), KeyBytes)) : null;

    internal static bool IsName(string name) =>
        name.Length is > 0 and <= NameLengthMax && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-')
        && !name.StartsWith(AliasPrefix, StringComparison.Ordinal) && !name.StartsWith(KeyPrefix, StringComparison.Ordinal);

    private static string Check(byte[] key) => Convert.ToHexStringLower(Derive(key, s_checkInfo, 8));

    private static byte[] Derive(byte[] key, byte[] info, int bytes) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, bytes, salt: null, info);

    private static string? Read(string value, out byte[] key)
    {
        key = [];
        if (!value.StartsWith(FilePrefix, StringComparison.Ordinal))
            return TryBase64(value, out key) ? null : $"is not a key; allowed are {KeyBytes} bytes in base64, or '{FilePrefix}' and the path of a file with them.";
        var path = value[FilePrefix.Length..];
        try
        {
            using var file = File.OpenRead(path);
            // Twice what the longest form takes, so that a wrong file is not read whole.
            var bytes = new byte[128];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length == KeyBytes)
                key = bytes[..KeyBytes];
            else if (length == bytes.Length || !TryBase64(Encoding.ASCII.GetString(bytes, 0, length).Trim(), out key))
                return $"is the file '{path}', which is not a key; allowed are {KeyBytes} bytes, raw or in base64.";
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return $"is the file '{path}', which can't be read: {e.Message}";
        }
    }

    private static bool TryBase64(string text, out byte[] key)
    {
        key = new byte[KeyBytes];
        // The decoder alone would also take fewer bytes.
        return Convert.TryFromBase64String(text, key, out var written) && written == KeyBytes;
    }
}
