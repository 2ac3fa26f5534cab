namespace ActorStreams.Shards.Encryption;

/// <summary>
/// Which key a shard is set to. <paramref name="Check"/> is derived from the key, so that a node which has another key under the same name
/// does not seal with it; empty where the node that noted it had no such key.
/// </summary>
public sealed record EncryptionKeyRef(string Name, string Check)
{
    /// <summary>Whether both mean the same key, as far as that can be told.</summary>
    public bool MayBe(EncryptionKeyRef other) => Name == other.Name && (Check == other.Check || Check.Length == 0 || other.Check.Length == 0);
}

/// <summary>A key that sealed records cannot be read with.</summary>
/// <param name="IsConfigured">False where this node has no key of that name; true where the one it has is another than they were sealed with.</param>
public sealed record UnusableKey(string Name, bool IsConfigured)
{
    public string Detail => IsConfigured
        ? $"The encryption key '{Name}' of this node is not the one that the records were sealed with."
        : $"The encryption key '{Name}' is not configured on this node; ActorStreams:Encryption:Keys names those that are.";
}
