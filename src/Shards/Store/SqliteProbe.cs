using Microsoft.Data.Sqlite;

namespace ActorStreams.Shards.Store;

/// <summary>Creates the SQLite file with the properties that cannot be changed later, and proves it.</summary>
internal sealed class SqliteProbe(StoreOptions options)
{
    // Code 26: the header is not SQLite's. Codes 8, 5, 6, 10, 11, 13, 14: read-only, busy, locked, I/O, corrupt, full, cannot open.
    private const int NotADatabase = 26;

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
            Prove(connection);
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

        var version = connection.Scalar<long>("PRAGMA user_version");
        if (version > SqliteSchema.FormatVersion)
            throw new StoreUnavailableException(
                $"The store '{_file}' has format {version}; this version knows formats up to {SqliteSchema.FormatVersion}. Start a newer version of ActorStreams on it.");

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
        // Writes the file's first page, so a store that only looks writable is found out.
        connection.Execute($"PRAGMA user_version={SqliteSchema.FormatVersion}");
        transaction.Commit();
    }

    private void Prove(SqliteConnection connection)
    {
        if (connection.Scalar<long>("PRAGMA auto_vacuum") != 2)
            throw NotOurs("it was created without incremental vacuum");

        using (var command = connection.CreateCommand())
        {
            command.CommandText = SqliteSchema.UniqueKeys;
            using var reader = command.ExecuteReader();
            if (!UniqueKey.IsAmong(Keys(reader)))
                throw UniqueKey.Missing($"'{_file}'");
        }

        foreach (var table in new[] { "snapshot", "tags", "actorstreams_secret" })
        {
            if (connection.Scalar<long>($"SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = '{table}'") == 0)
                throw NotOurs($"its table '{table}' is missing");
        }
    }

    private static IEnumerable<string> Keys(SqliteDataReader reader)
    {
        while (reader.Read())
            yield return reader.GetString(0);
    }

    private StoreUnavailableException NotOurs(string why) => new(
        $"The file '{_file}' was not made by ActorStreams: {why}. Move it away, or give another data folder.");

    private StoreUnavailableException Explain(SqliteException e) => e.SqliteErrorCode == NotADatabase
        ? new($"The file '{_file}' is not a SQLite database. Move it away, or give another data folder.", e)
        : new($"The store '{_file}' cannot be opened and written: {e.Message} Give a data folder on a local disk that this user may write, with room left, and that no other process uses.", e);
}
