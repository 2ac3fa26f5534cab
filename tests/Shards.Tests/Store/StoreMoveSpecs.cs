using ActorStreams.Shards.Store;
using ActorStreams.Shards.Store.Operations;
using ActorStreams.TestKit;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace ActorStreams.Shards.Tests.Store;

/// <summary>The rows of a move; a node over them is in Node.Tests.</summary>
public sealed class StoreMoveSpecs : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actorstreams-move-").FullName;

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [SkippableFact]
    public async Task Every_column_of_every_row_arrives_as_it_was_and_new_rows_come_after_them()
    {
        var database = await PrepareAsync("""
            INSERT INTO journal VALUES (3, 638000000000000001, 1, 'shard-a-1', 7, 'RA1', 481, 'w1', x'00');
            INSERT INTO journal VALUES (4, 638000000000000002, 0, 'shard-a-1', 8, NULL, NULL, NULL, x'');
            INSERT INTO journal VALUES (5, 638000000000000003, 0, 'shard-ü-2', 1000000, '', -5, 'w2', randomblob(3000000));
            INSERT INTO journal VALUES (9, 638000000000000004, 0, 'shard-ü-2', 1000001, 'RA1', 481, 'w2', x'FF');
            INSERT INTO journal VALUES (20, 638000000000000005, 0, 'stream-gone', 1, 'VC1', 482, 'w2', x'01'); DELETE FROM journal WHERE ordering = 20;
            INSERT INTO snapshot VALUES ('shard-a-1', 7, 638000000000000001, x'0102', 'SS1', 481), ('shard-a-1', 6, 638000000000000000, NULL, NULL, NULL);
            INSERT INTO tags VALUES (3, 'b', 7, 'shard-a-1'), (3, 'A', 7, 'shard-a-1'), (3, 'ä', 7, 'shard-a-1');
            INSERT INTO actorstreams_secret VALUES ('gateway-tokens', x'AABB'), ('Other', x'');
            """);

        var moved = await MoveAsync(database);

        Assert.Equal((4, 2, 2), (moved.Rows, moved.PersistenceIds, moved.Snapshots));
        foreach (var table in new[] { "journal", "snapshot", "tags", "actorstreams_secret" })
            Assert.Equal(await SqliteRowsAsync(table), await PostgresRowsAsync(database, table));
        Assert.Equal(21L, await ScalarAsync(database, """
            INSERT INTO journal (created, deleted, persistence_id, sequence_number, message) VALUES (1, false, 'new', 1, '\x00') RETURNING ordering
            """));
    }

    [SkippableFact]
    public async Task An_empty_store_can_be_moved()
    {
        var database = await PrepareAsync("SELECT 1");

        Assert.Equal(0, (await MoveAsync(database)).Rows);
        await (await ShardStore.OpenAsync(new StoreOptions { ConnectionString = database }, TimeProvider.System, CancellationToken.None)).DisposeAsync();
    }

    [SkippableFact]
    public async Task A_database_that_gives_back_other_bytes_is_found_out_and_left_empty()
    {
        var database = await PrepareAsync("INSERT INTO journal VALUES (1, 1, 0, 'shard-a-1', 1, 'RA1', 481, 'w', x'0102'), (2, 1, 0, 'shard-b-1', 1, 'RA1', 481, 'w', x'03')");
        await (await ShardStore.OpenAsync(new StoreOptions { ConnectionString = database }, TimeProvider.System, CancellationToken.None)).DisposeAsync();
        await ScalarAsync(database, """
            CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
              IF NEW.persistence_id = 'shard-b-1' THEN NEW.message := '\x04'; END IF; RETURN NEW; END $$;
            CREATE TRIGGER spoil BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION spoil();
            """);

        var refused = await Assert.ThrowsAsync<StoreOperationException>(() => MoveAsync(database));

        Assert.Contains("'journal' for 'shard-b-1' is not what was sent. Nothing was moved", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0L, await ScalarAsync(database, "SELECT count(*) FROM journal"));
    }

    [SkippableFact]
    public async Task Interrupted_it_leaves_nothing_and_can_be_begun_again()
    {
        var database = await PrepareAsync("""
            INSERT INTO journal SELECT value, 1, 0, 'shard-a-1', value, 'RA1', 481, 'w', randomblob(2000) FROM generate_series
            """.Replace("generate_series", "(WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 20000) SELECT value FROM n)", StringComparison.Ordinal));
        using var stop = new CancellationTokenSource();
        var progress = new OperationProgress();
        var moving = StoreMove.RunAsync(_folder, database, progress, stop.Token);
        while (!(progress is { Step: "copying", Fraction: > 0.1 }) && !moving.IsCompleted) await Task.Delay(1);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => moving);

        Assert.Equal(0L, await ScalarAsync(database, "SELECT count(*) FROM journal"));
        Assert.Equal(20_000, (await MoveAsync(database)).Rows);
    }

    [SkippableFact]
    public async Task A_folder_or_a_database_in_use_is_refused()
    {
        var database = await PrepareAsync("SELECT 1");
        using (DataDirectoryLock.Acquire(_folder))
            await Assert.ThrowsAsync<StoreUnavailableException>(() => MoveAsync(database));
        await using (var store = await ShardStore.OpenAsync(new StoreOptions { ConnectionString = database }, TimeProvider.System, CancellationToken.None))
            await store.GetOrCreateSecretAsync("gateway-tokens", 32, CancellationToken.None);

        var refused = await Assert.ThrowsAsync<StoreOperationException>(() => MoveAsync(database));

        Assert.Contains("holds something already, in the table 'actorstreams_secret'", refused.Message, StringComparison.Ordinal);
    }

    private Task<MovedStore> MoveAsync(string database) => StoreMove.RunAsync(_folder, database, new OperationProgress(), CancellationToken.None);

    /// <summary>A store in the folder with these rows, and an empty database.</summary>
    private async Task<string> PrepareAsync(string sql)
    {
        Requires.Postgres();
        await (await ShardStore.OpenAsync(new StoreOptions { DataDirectory = _folder }, TimeProvider.System, CancellationToken.None)).DisposeAsync();
        await using var connection = Sqlite();
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        // The order of columns is the table's.
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
        return await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
    }

    private SqliteConnection Sqlite() => new($"Data Source={Path.Combine(_folder, "actorstreams.db")};Pooling=False");

    private async Task<List<string>> SqliteRowsAsync(string table)
    {
        await using var connection = Sqlite();
        await connection.OpenAsync();
        return await RowsAsync(connection, table);
    }

    private static async Task<List<string>> PostgresRowsAsync(string database, string table)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        return await RowsAsync(connection, table);
    }

    private static async Task<List<string>> RowsAsync(System.Data.Common.DbConnection connection, string table)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT * FROM {table}";
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add(string.Join(", ", Enumerable.Range(0, reader.FieldCount).OrderBy(reader.GetName, StringComparer.Ordinal).Select(i => $"{reader.GetName(i)}={Text(reader, i)}")));
        }

        rows.Sort(StringComparer.Ordinal);
        return rows;
    }

    private static string Text(System.Data.Common.DbDataReader reader, int column) => reader.IsDBNull(column)
        ? "NULL"
        : reader.GetValue(column) switch
        {
            byte[] bytes => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(bytes)),
            bool flag => flag ? "1" : "0",
            var value => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!,
        };

    private static async Task<object?> ScalarAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
