using System.Diagnostics;
using ActorStreams.Shards.Store;
using ActorStreams.TestKit;
using Npgsql;

namespace ActorStreams.Shards.Tests.Store;

/// <summary>A node that is gone must not keep the next owner of its shard from writing for long.</summary>
public sealed class PostgresTimeoutsSpecs
{
    [SkippableFact]
    public async Task Every_connection_asks_the_server_to_give_up_on_it()
    {
        await using var connection = await OpenAsync(await DatabaseAsync());

        var settings = new Dictionary<string, string>
        {
            ["idle_in_transaction_session_timeout"] = "2s",
            ["lock_timeout"] = "2500ms",
            ["statement_timeout"] = "6s",
            ["tcp_keepalives_idle"] = "2",
            ["tcp_keepalives_interval"] = "1",
            ["tcp_keepalives_count"] = "3",
            ["tcp_user_timeout"] = OperatingSystem.IsLinux() ? "5000" : "0",
            ["synchronous_commit"] = "on",
        };
        var client = new NpgsqlConnectionStringBuilder(connection.ConnectionString);
        Assert.Equal((3, 3, true, 2, 1), (client.Timeout, client.CommandTimeout, client.TcpKeepAlive, client.TcpKeepAliveTime, client.TcpKeepAliveInterval));
        foreach (var (name, value) in settings)
        {
            await using var show = new NpgsqlCommand($"SHOW {name}", connection);
            Assert.Equal((name, value), (name, await show.ExecuteScalarAsync()));
        }
    }

    [SkippableFact]
    public async Task What_the_operator_sets_wins_but_for_durability()
    {
        var database = await DatabaseAsync() + ";Options=-c lock_timeout=700 -c synchronous_commit=off;Command Timeout=30";
        await using var connection = await OpenAsync(database);

        Assert.Equal("700ms", await ScalarAsync(connection, "SHOW lock_timeout"));
        Assert.Equal("33s", await ScalarAsync(connection, "SHOW statement_timeout"));
        Assert.Equal("on", await ScalarAsync(connection, "SHOW synchronous_commit"));
    }

    [SkippableFact]
    public async Task A_node_that_stops_between_two_statements_lets_the_next_owner_write()
    {
        var database = await DatabaseAsync();
        await using var gone = await OpenAsync(database);
        await BeginAndInsertAsync(gone);

        var waited = await InsertAsNextOwnerAsync(database);

        Assert.InRange(waited, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    [SkippableFact]
    public async Task A_node_that_is_cut_off_within_a_statement_lets_the_next_owner_write()
    {
        var database = await DatabaseAsync();
        await using var gone = await OpenAsync(database);
        await BeginAndInsertAsync(gone);
        // It works on, and the client, which would cancel it after three seconds, does not: it is cut off.
        await using var working = new NpgsqlCommand("SELECT pg_sleep(300)", gone) { CommandTimeout = 0 };
        var ends = working.ExecuteNonQueryAsync();

        var waited = await InsertAsNextOwnerAsync(database);

        Assert.InRange(waited, TimeSpan.Zero, TimeSpan.FromSeconds(20));
        Assert.Equal(PostgresErrorCodes.QueryCanceled, (await Assert.ThrowsAsync<PostgresException>(() => ends)).SqlState);
    }

    [SkippableFact]
    public async Task Who_waits_for_a_row_is_told_and_keeps_its_connection()
    {
        var database = await DatabaseAsync();
        await using var holder = await OpenAsync(database + ";Options=-c idle_in_transaction_session_timeout=0");
        await BeginAndInsertAsync(holder);
        await using var next = await OpenAsync(database);

        var told = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(next, "INSERT INTO owned VALUES (1)"));

        Assert.Equal(PostgresErrorCodes.LockNotAvailable, told.SqlState);
        Assert.Equal(1, await ScalarAsync(next, "SELECT 1"));
    }

    private static async Task<string> DatabaseAsync()
    {
        Requires.Postgres();
        var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using var connection = await OpenAsync(database);
        await ExecuteAsync(connection, "CREATE TABLE owned (row bigint PRIMARY KEY)");
        return database;
    }

    private static async Task<NpgsqlConnection> OpenAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(PostgresConnections.Complete(connectionString) + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    private static async Task BeginAndInsertAsync(NpgsqlConnection connection)
    {
        await ExecuteAsync(connection, "BEGIN");
        await ExecuteAsync(connection, "INSERT INTO owned VALUES (1)");
    }

    /// <summary>Tries as a shard does that recovers after each failed write; how long it took.</summary>
    private static async Task<TimeSpan> InsertAsNextOwnerAsync(string database)
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            await using var next = await OpenAsync(database);
            try
            {
                await ExecuteAsync(next, "INSERT INTO owned VALUES (1)");
                return Stopwatch.GetElapsedTime(since);
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable && Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(60))
            {
                // Again.
            }
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
