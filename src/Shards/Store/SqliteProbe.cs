using Microsoft.Data.Sqlite;

namespace ActorStreams.Shards.Store;

/// <summary>Creates the SQLite file with the properties that cannot be changed later, and proves it.</summary>
internal sealed class SqliteProbe(StoreOptions options)
{
    private readonly string _file = SqliteConnections.FilePath(options);

    public void Run(CancellationToken ct)
    {
        var directory = Path.GetDirectoryName(_file)!;
        try
        {
            Directory.CreateDirectory(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DataDirectoryFault.Unusable(directory, e);
        }

        try
        {
            using var connection = new SqliteConnection(
                new SqliteConnectionStringBuilder(SqliteConnections.ConnectionString(options)) { Pooling = false, DefaultTimeout = 3 }.ToString());
            connection.Open();
            // Below the probe's deadline, so that a database that another process holds is named as such.
            connection.Execute("PRAGMA busy_timeout=2000; PRAGMA synchronous=FULL;");
            Prepare(connection);
            ct.ThrowIfCancellationRequested();
            Create(connection);
            SqliteProof.Prove(connection, _file);
        }
        catch (SqliteException e)
        {
            throw Explain(e);
        }
    }

    private void Prepare(SqliteConnection connection)
    {
        if (connection.Scalar<long>("SELECT count(*) FROM sqlite_master") == 0)
        {
            // Both are fixed by the first table; auto_vacuum is what lets trimmed space be given back later.
            connection.Execute("PRAGMA page_size=4096; PRAGMA auto_vacuum=INCREMENTAL;");
        }

        SqliteProof.ProveFormat(connection, _file);
        var mode = connection.Scalar<string>("PRAGMA journal_mode=WAL");
        if (!string.Equals(mode, "wal", StringComparison.OrdinalIgnoreCase))
            throw new StoreUnavailableException(
                $"The file system of '{_file}' does not allow a write-ahead log (journal mode stayed '{mode}'). Give a data folder on a local disk.");
    }

    private static void Create(SqliteConnection connection)
    {
        // A journal that is there already is proved as it stands: giving it the unique key now would hide that it ran without.
        var exists = connection.Scalar<long>("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'journal'") > 0;
        using var transaction = connection.BeginTransaction(deferred: false);
        if (!exists)
            connection.Execute(SqliteSchema.Ddl);
        // An older format has the same tables. This writes the file's first page, so a store that only looks writable is found out too.
        connection.Execute($"PRAGMA user_version={StoreFormat.Current}");
        transaction.Commit();
    }

    private StoreUnavailableException Explain(SqliteException e) => SqliteProof.IsNoDatabase(e)
        ? new($"The file '{_file}' is not a SQLite database. Move it away, or give another data folder.", e)
        : new($"The store '{_file}' cannot be opened and written: {e.Message} Give a data folder on a local disk that this user may write, with room left, and that no other process uses.", e);
}
