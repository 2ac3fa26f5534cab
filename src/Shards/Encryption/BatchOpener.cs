using ActorStreams.Shards.Log;

namespace ActorStreams.Shards.Encryption;

/// <summary>Opens the sealed batches that one read of a shard meets; derives each key once. For one thread at a time.</summary>
public sealed class BatchOpener(EncryptionKeys keys, string persistenceId) : IDisposable
{
    // A read that goes over a change of key meets two; more are rare enough to derive them again.
    private ShardCipher? _last;

    /// <summary>
    /// The batch with its records readable, itself where it is so already. Null with the key that is missing or wrong. Throws
    /// <see cref="DamagedBatchException"/> where the key is right and what it opens is no batch.
    /// </summary>
    public RecordBatch? Open(RecordBatch batch, out UnusableKey? unusable)
    {
        unusable = null;
        if (batch.IsReadable) return batch;
        if (_last?.KeyName != batch.KeyName)
        {
            _last?.Dispose();
            _last = keys.CipherOf(batch.KeyName!, persistenceId);
        }
        if (_last is null)
        {
            unusable = new UnusableKey(batch.KeyName!, IsConfigured: false);
            return null;
        }
        if (batch.Unseal(_last) is { } opened) return opened;
        unusable = new UnusableKey(batch.KeyName!, IsConfigured: true);
        return null;
    }

    public void Dispose() => _last?.Dispose();
}
