using Microsoft.Data.Sqlite;

namespace ActorStreams.Shards.Store;

/// <summary>Whether a SQLite file is a store that this version can work with.</summary>
internal static class SqliteProof
{
    // Code 26: the header is not SQLite's. Codes 8, 5, 6, 10, 11, 13, 14: read-only, busy, locked, I/O, corrupt, full, cannot open.
    private const int NotADatabase = 26;

    public static bool IsNoDatabase(SqliteException e) => e.SqliteErrorCode == NotADatabase;

    /// <exception cref="StoreUnavailableException">A newer version made it.</exception>
    public static void ProveFormat(SqliteConnection connection, string file)
    {
        var format = connection.Scalar<long>("PRAGMA user_version");
        if (format > StoreFormat.Current)
            throw StoreFormat.Newer($"'{file}'", format);
    }

    /// <exception cref="StoreUnavailableException">It lacks a table, the unique key or a property of the file.</exception>
    public static void Prove(SqliteConnection connection, string file)
    {
        if (connection.Scalar<long>("PRAGMA auto_vacuum") != 2)
            throw NotOurs(file, "it was created without incremental vacuum");

        using (var command = connection.CreateCommand())
        {
            command.CommandText = SqliteSchema.UniqueKeys;
            using var reader = command.ExecuteReader();
            if (!UniqueKey.IsAmong(Keys(reader)))
                throw UniqueKey.Missing($"'{file}'");
        }

        foreach (var table in new[] { "snapshot", "tags", "actorstreams_secret" })
        {
            if (connection.Scalar<long>($"SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = '{table}'") == 0)
                throw NotOurs(file, $"its table '{table}' is missing");
        }
    }

    private static IEnumerable<string> Keys(SqliteDataReader reader)
    {
        while (reader.Read())
            yield return reader.GetString(0);
    }

    private static StoreUnavailableException NotOurs(string file, string why) => new(
        $"The file '{file}' was not made by ActorStreams: {why}. Move it away, or give another data folder.");
}
