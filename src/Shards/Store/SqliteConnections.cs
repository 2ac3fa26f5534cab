using Microsoft.Data.Sqlite;

namespace ActorStreams.Shards.Store;

internal static class SqliteConnections
{
    public const string FileName = "actorstreams.db";

    /// <summary>
    /// Without a busy timeout a second writer costs stalls of 150 ms, the driver's own retry. FULL makes a commit in the write-ahead log
    /// wait for the disk. The size limit gives a log that once grew long back to the file system.
    /// </summary>
    public const string ConnectionPragmas = "PRAGMA busy_timeout=5000; PRAGMA synchronous=FULL; PRAGMA journal_size_limit=67108864;";

    public static string FilePath(StoreOptions options) => Path.Combine(Path.GetFullPath(options.DataDirectory), FileName);

    public static string ConnectionString(StoreOptions options) => new SqliteConnectionStringBuilder
    {
        DataSource = FilePath(options),
        Mode = SqliteOpenMode.ReadWriteCreate,
        // Seconds that the driver goes on retrying a busy database after SQLite's own wait; its default is 30.
        DefaultTimeout = 5,
    }.ToString();
}
