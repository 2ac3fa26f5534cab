using ActorStreams.Shards.Store;
using ActorStreams.Shards.Store.Operations;
using ActorStreams.TestKit;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace ActorStreams.Shards.Tests.Store;

/// <summary>Stores of older and newer formats. Files and databases that format 1 wrote are served in Node.Tests.</summary>
public sealed class StoreFormatSpecs : IDisposable
{
    private const string BackToFormat1 = "DROP TABLE actorstreams_format, actorstreams_member, actorstreams_formation, actorstreams_lease";

    private readonly string _folder = Directory.CreateTempSubdirectory("actorstreams-format-").FullName;

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_file_tells_its_format_and_an_older_one_is_brought_to_the_current()
    {
        var options = new StoreOptions { DataDirectory = _folder };
        await OpenAsync(options);
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(_folder, "actorstreams.db")};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA user_version=1";
        await command.ExecuteNonQueryAsync();

        await OpenAsync(options);

        command.CommandText = "PRAGMA user_version";
        Assert.Equal((long)StoreFormat.Current, await command.ExecuteScalarAsync());
    }

    [SkippableFact]
    public async Task A_database_of_format_1_is_upgraded_by_nodes_that_start_together()
    {
        var database = await DatabaseAsync();
        await OpenAsync(new StoreOptions { ConnectionString = database });
        await ExecuteAsync(database, BackToFormat1 + "; INSERT INTO actorstreams_secret VALUES ('kept', '\\x01')");

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => OpenAsync(new StoreOptions { ConnectionString = database })));

        Assert.Equal(StoreFormat.Current, await ExecuteAsync(database, "SELECT version FROM actorstreams_format"));
        Assert.Equal(1L, await ExecuteAsync(database, "SELECT count(*) FROM actorstreams_secret"));
    }

    [SkippableFact]
    public async Task A_database_of_a_newer_format_is_refused_and_left_alone()
    {
        var database = await DatabaseAsync();
        await OpenAsync(new StoreOptions { ConnectionString = database });
        await ExecuteAsync(database, "UPDATE actorstreams_format SET version = 99");

        var refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => OpenAsync(new StoreOptions { ConnectionString = database }));

        Assert.Contains($"has format 99; this version knows formats up to {StoreFormat.Current}", refused.Message, StringComparison.Ordinal);
        Assert.Equal(99, await ExecuteAsync(database, "SELECT version FROM actorstreams_format"));
    }

    [SkippableTheory]
    [InlineData(true, "this version needs format 2")]
    [InlineData(false, "must be allowed to create tables")]
    public async Task A_user_who_may_not_create_tables_is_told_what_to_have_run_and_starts_after_it(bool isFormat1, string said)
    {
        var database = await DatabaseAsync();
        var user = "limited_" + (isFormat1 ? "1" : "0");
        await ExecuteAsync(database, $"CREATE ROLE {user} LOGIN PASSWORD '{user}'");
        if (isFormat1)
        {
            await OpenAsync(new StoreOptions { ConnectionString = database });
            await ExecuteAsync(database, $"{BackToFormat1}; GRANT ALL ON ALL TABLES IN SCHEMA public TO {user}");
        }

        var limited = new StoreOptions { ConnectionString = new NpgsqlConnectionStringBuilder(database) { Username = user, Password = user }.ToString() };
        var refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => OpenAsync(limited));
        await ExecuteAsync(database, StoreScript.Postgres(user));
        await ExecuteAsync(database, StoreScript.Postgres(user));

        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
        Assert.Contains("'actorstreams schema --user NAME'", refused.Message, StringComparison.Ordinal);
        await OpenAsync(limited);
    }

    private static async Task<string> DatabaseAsync()
    {
        Requires.Postgres();
        return await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
    }

    private static async Task OpenAsync(StoreOptions options) =>
        await (await ShardStore.OpenAsync(options, TimeProvider.System, CancellationToken.None)).DisposeAsync();

    private static async Task<object?> ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
