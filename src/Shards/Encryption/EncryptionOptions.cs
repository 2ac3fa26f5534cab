using System.Collections.Immutable;

namespace ActorStreams.Shards.Encryption;

/// <summary>The keys that records are sealed with at rest, under <c>ActorStreams:Encryption</c>. Without any, no stream can be encrypted.</summary>
public sealed record EncryptionOptions
{
    /// <summary>
    /// Key name to where the key is: 32 bytes in base64, or <c>file:</c> and the path of a file that holds them, raw or in base64. Every node
    /// of a cluster has the same ones. A key that is taken away while records stand under it makes these unreadable.
    /// </summary>
    public ImmutableSortedDictionary<string, string> Keys { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Names alone: what is inline is secret.</summary>
    public override string ToString() => $"{nameof(EncryptionOptions)} {{ Keys = {string.Join(", ", Keys.Keys)} }}";
}
