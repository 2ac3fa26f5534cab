using System.Security.Cryptography;

namespace ActorStreams.Shards.Store;

/// <summary>
/// The opened and proven store of a node, shared by everything in it. Writes go through Akka.Persistence (<see cref="StoreHosting"/>);
/// this is the rest: reads by position, secrets, space.
/// </summary>
/// <remarks>
/// How events are deleted (Akka.Persistence.Sql 1.5.73, <c>delete-compatibility-mode = false</c>): <c>DeleteMessages(to)</c> marks every
/// row up to <c>to</c> as deleted, then removes the marked rows but the highest. That one stays as a tombstone with its payload until a
/// later deletion passes it, so <c>LastSequenceNr</c> survives deleting everything, and one payload is kept for as long as the shard writes
/// nothing and deletes no further. Whoever wants the payload gone as well first persists an empty event and deletes up to that.
/// </remarks>
public sealed class ShardStore : IAsyncDisposable
{
    private readonly IStoreBackend _backend;

    private ShardStore(IStoreBackend backend) => _backend = backend;

    public IJournalReader Journal => _backend.Journal;

    /// <summary>
    /// Creates folder, file and tables where missing and proves the store: reachable, writable, ours, and with the unique key on
    /// (persistence id, sequence number) that lets one incarnation of a shard write.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The store cannot be used; known within <see cref="StoreOptions.ProbeTimeout"/>.</exception>
    public static async Task<ShardStore> OpenAsync(StoreOptions options, TimeProvider time, CancellationToken ct)
    {
        IStoreBackend backend = options.UsesPostgres ? new PostgresStore(options) : new SqliteStore(options, time);
        // Real time on purpose: the probe waits for a real server, whatever clock the product runs on.
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(options.ProbeTimeout);
        try
        {
            // Waited for from outside as well: a name server that is silent for 15 s does not heed the token.
            await backend.OpenAsync(deadline.Token).WaitAsync(deadline.Token).ConfigureAwait(false);
            return new ShardStore(backend);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            await backend.DisposeAsync().ConfigureAwait(false);
            var what = options.UsesPostgres
                ? $"The PostgreSQL server at {PostgresConnections.Describe(options.ConnectionString!)}"
                : $"The store '{SqliteConnections.FilePath(options)}'";
            throw new StoreUnavailableException($"{what} did not answer within {options.ProbeTimeout.TotalSeconds:0.#} s. It must be reachable when the node starts.", e);
        }
        catch
        {
            await backend.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// A random secret of that name, the same on every node and after every restart: the first writer wins and all read what it wrote.
    /// It lies in the store in clear, so it protects no more than the store itself is protected.
    /// </summary>
    /// <exception cref="InvalidOperationException">The kept secret has another length.</exception>
    public async Task<byte[]> GetOrCreateSecretAsync(string name, int bytes, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        var kept = await _backend.KeepSecretAsync(name, RandomNumberGenerator.GetBytes(bytes), ct).ConfigureAwait(false);
        return kept.Length == bytes
            ? kept
            : throw new InvalidOperationException($"The store keeps {kept.Length} bytes as secret '{name}', but {bytes} were asked for.");
    }

    /// <summary>
    /// Returns freed pages of the SQLite file to the file system, at most <paramref name="bytesMax"/>, in steps that leave the journal's
    /// writer room; answers the bytes freed. PostgreSQL reuses its space by itself: 0.
    /// </summary>
    public Task<long> GiveBackSpaceAsync(long bytesMax, CancellationToken ct) => _backend.GiveBackSpaceAsync(bytesMax, ct);

    /// <summary>Bytes on disk: the SQLite file and its log, or the journal's and snapshots' tables with their indexes.</summary>
    public Task<long> SizeBytesAsync(CancellationToken ct) => _backend.SizeBytesAsync(ct);

    /// <summary>Answers when the store does. Throws as the store's driver does where it can't.</summary>
    /// <exception cref="StoreGoneException">The file was deleted or replaced under this process.</exception>
    public Task ProveAsync(CancellationToken ct) => _backend.ProveAsync(ct);

    public ValueTask DisposeAsync() => _backend.DisposeAsync();
}
