using Microsoft.Data.Sqlite;

namespace ActorStreams.Shards.Store;

internal sealed class SqliteStore(StoreOptions options, TimeProvider time) : IStoreBackend
{
    // 64 pages of 4 KiB: a step holds the write lock for about a millisecond.
    private const int VacuumStepPages = 64;

    private const string HighestSql = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'journal'), 0)";

    // No such table; not a database.
    private const int SqliteError = 1;
    private const int SqliteNotADatabase = 26;

    private readonly SqliteSessions _sessions = new(SqliteConnections.ConnectionString(options), options.ReadersMax);
    private SqliteJournalReader? _journal;

    public IJournalReader Journal => _journal ??= new SqliteJournalReader(_sessions);

    // Open for as long as the store, so that it stays with the file that was opened, whatever gets its name.
    private readonly SqliteConnection _anchor = new(SqliteConnections.ConnectionString(options));

    public Task OpenAsync(CancellationToken ct) => Task.Run(
        () =>
        {
            new SqliteProbe(options).Run(ct);
            _anchor.Open();
        },
        ct);

    public Task<byte[]> KeepSecretAsync(string name, byte[] candidate, CancellationToken ct) => _sessions.UseAsync(
        session =>
        {
            using var command = session.Connection.CreateCommand();
            command.CommandText = """
                INSERT INTO actorstreams_secret (name, value) VALUES (@name, @value) ON CONFLICT (name) DO NOTHING;
                SELECT value FROM actorstreams_secret WHERE name = @name;
                """;
            command.Parameters.AddWithValue("@name", name);
            command.Parameters.AddWithValue("@value", candidate);
            return (byte[])command.ExecuteScalar()!;
        },
        ct);

    /// <summary>
    /// Whoever deletes or replaces the file leaves this process writing into one that nobody will find again. The file that has the name now is
    /// looked at anew, and must have what the one opened first has; events are only added and their number never falls.
    /// </summary>
    public Task ProveAsync(CancellationToken ct) => Task.Run(Prove, ct);

    private void Prove()
    {
        var path = SqliteConnections.FilePath(options);
        if (!File.Exists(path)) throw new StoreGoneException($"The store's file '{path}' was deleted or moved away under this process.");
        // One that was given up for its slowness may still be at it.
        lock (_anchor)
        {
            ProveNamed(path);
        }
    }

    private void ProveNamed(string path)
    {
        var before = _anchor.Scalar<long>(HighestSql);
        var named = HighestOfNamed(path);
        var after = _anchor.Scalar<long>(HighestSql);
        if (named < before || named > after) throw new StoreGoneException($"The store's file '{path}' was replaced by another one under this process.");
    }

    private static long HighestOfNamed(string path)
    {
        try
        {
            using var connection = new SqliteConnection(
                new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false, DefaultTimeout = 1 }.ToString());
            connection.Open();
            return connection.Scalar<long>(HighestSql);
        }
        catch (SqliteException e) when (e.SqliteErrorCode is SqliteError or SqliteNotADatabase)
        {
            throw new StoreGoneException($"The store's file '{path}' was replaced under this process by one that is no store: {e.Message}");
        }
    }

    public async Task<long> GiveBackSpaceAsync(long bytesMax, CancellationToken ct)
    {
        var freed = 0L;
        while (freed < bytesMax)
        {
            ct.ThrowIfCancellationRequested();
            var step = await _sessions.UseAsync(s => VacuumStep(s.Connection, bytesMax - freed), ct).ConfigureAwait(false);
            if (step == 0)
                break;
            freed += step;
            // The writer that waits for the lock polls it; without a pause the next step would take it first every time.
            await Task.Delay(TimeSpan.FromMilliseconds(5), time, ct).ConfigureAwait(false);
        }

        if (freed > 0)
            await _sessions.UseAsync(s => TruncateLogWhenIdle(s.Connection), ct).ConfigureAwait(false);
        return freed;
    }

    public Task<long> SizeBytesAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var file = new FileInfo(SqliteConnections.FilePath(options));
        var log = new FileInfo(file.FullName + "-wal");
        return Task.FromResult((file.Exists ? file.Length : 0) + (log.Exists ? log.Length : 0));
    }

    public ValueTask DisposeAsync()
    {
        _sessions.Dispose();
        _anchor.Dispose();
        return ValueTask.CompletedTask;
    }

    private static long VacuumStep(SqliteConnection connection, long bytesMax)
    {
        var pageBytes = connection.Scalar<long>("PRAGMA page_size");
        var before = connection.Scalar<long>("PRAGMA page_count");
        var pages = Math.Clamp(bytesMax / pageBytes, 1, VacuumStepPages);
        using (var command = connection.CreateCommand())
        {
            command.CommandText = $"PRAGMA incremental_vacuum({pages})";
            using var reader = command.ExecuteReader();
            // Each page is a step of the statement: left unread, only the first would be freed.
            while (reader.Read())
            {
            }
        }

        return (before - connection.Scalar<long>("PRAGMA page_count")) * pageBytes;
    }

    // TRUNCATE waits for readers and the writer; with no busy timeout it gives up at once instead, and the next call tries again.
    private static bool TruncateLogWhenIdle(SqliteConnection connection)
    {
        connection.Execute("PRAGMA busy_timeout=0");
        try
        {
            return connection.Scalar<long>("PRAGMA wal_checkpoint(TRUNCATE)") == 0;
        }
        finally
        {
            connection.Execute("PRAGMA busy_timeout=5000");
        }
    }
}
