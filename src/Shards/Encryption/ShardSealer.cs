using System.Security.Cryptography;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using Akka.Event;

namespace ActorStreams.Shards.Encryption;

/// <summary>Seals the batches of one shard before they are written, with the key that its state names.</summary>
internal sealed class ShardSealer(ShardKey shard, EncryptionKeys keys, ILoggingAdapter log) : IDisposable
{
    private ShardCipher? _cipher;
    private string? _told;

    /// <summary>Null when the batch is ready to be written, else why it can't be: nothing is stored in clear under a key.</summary>
    public string? TrySeal(RecordBatch plain, EncryptionKeyRef? with, out RecordBatch ready)
    {
        ready = plain;
        if (with is null) return null;
        if (_cipher?.KeyName != with.Name)
        {
            _cipher?.Dispose();
            _cipher = keys.CipherOf(with.Name, shard.PersistenceId);
        }
        if (_cipher is null) return Told(new UnusableKey(with.Name, IsConfigured: false).Detail);
        if (!keys.RefOf(with.Name).MayBe(with)) return Told($"The encryption key '{with.Name}' of this node is not the one that the shard was set to.");
        Span<byte> nonce = stackalloc byte[ShardCipher.NonceBytes];
        RandomNumberGenerator.Fill(nonce);
        ready = plain.Seal(_cipher, nonce);
        return null;
    }

    public void Dispose() => _cipher?.Dispose();

    /// <summary>Producers try again several times a second; one line in the log is enough.</summary>
    private string Told(string detail)
    {
        if (_told != detail) log.Error("Shard {0} takes no records: {1}", shard, detail);
        _told = detail;
        return detail;
    }
}
