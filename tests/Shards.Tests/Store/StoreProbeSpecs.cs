using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ActorStreams.Shards.Store;
using ActorStreams.TestKit;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace ActorStreams.Shards.Tests.Store;

public sealed class StoreProbeSpecs : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actorstreams-probe-").FullName;

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_missing_folder_is_created_and_the_file_has_what_cannot_be_changed_later()
    {
        var options = new StoreOptions { DataDirectory = Path.Combine(_folder, "a", "b") };

        await using (await OpenAsync(options))
        await using (await OpenAsync(options))
        {
        }

        using var connection = Connect(Path.Combine(options.DataDirectory, "actorstreams.db"));
        Assert.Equal("wal", Scalar(connection, "PRAGMA journal_mode"));
        Assert.Equal(2L, Scalar(connection, "PRAGMA auto_vacuum"));
    }

    [Fact]
    public async Task A_folder_that_is_a_file_is_refused()
    {
        var path = Path.Combine(_folder, "file");
        await File.WriteAllTextAsync(path, "");

        var refused = await RefusedAsync(new StoreOptions { DataDirectory = path });

        Assert.Contains($"data folder '{path}' cannot be created or written", refused.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_folder_that_nobody_may_write_is_refused()
    {
        // The kernel's own file systems refuse even root, which the tests may run as.
        Requires.Need(Directory.Exists("/proc/self"), "a /proc file system", "run on Linux");

        var refused = await RefusedAsync(new StoreOptions { DataDirectory = "/proc/actorstreams" });
        var unwritable = await RefusedAsync(new StoreOptions { DataDirectory = "/proc/self" });

        Assert.Contains("Give a folder on a local disk that this user may write", refused.Message, StringComparison.Ordinal);
        Assert.Contains("cannot be opened and written", unwritable.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "actorstreams.db"), new string('x', 8192));

        var refused = await RefusedAsync(Here);

        Assert.Contains("is not a SQLite database", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_journal_without_its_unique_key_is_refused_on_sqlite()
    {
        await (await OpenAsync(Here)).DisposeAsync();
        using (var connection = Connect(Path.Combine(_folder, "actorstreams.db")))
            Scalar(connection, "DROP INDEX journal_uq; CREATE UNIQUE INDEX other ON journal (persistence_id, sequence_number) WHERE deleted = 0");

        var refused = await RefusedAsync(Here);

        Assert.Contains("no unique key on (persistence_id, sequence_number)", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_foreign_database_and_a_newer_format_are_refused()
    {
        using (var connection = Connect(Path.Combine(_folder, "actorstreams.db")))
            Scalar(connection, "CREATE TABLE journal (x)");
        Assert.Contains("was not made by ActorStreams", (await RefusedAsync(Here)).Message, StringComparison.Ordinal);

        using (var connection = Connect(Path.Combine(_folder, "actorstreams.db")))
            Scalar(connection, "PRAGMA user_version=99");
        Assert.Contains("has format 99", (await RefusedAsync(Here)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_another_process_holds_is_refused_in_time()
    {
        await (await OpenAsync(Here)).DisposeAsync();
        using var holder = Connect(Path.Combine(_folder, "actorstreams.db"));
        Scalar(holder, "BEGIN IMMEDIATE");

        var refused = await RefusedAsync(Here);

        Assert.Contains("database is locked", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Database=x", "names no host")]
    [InlineData("Host=db;Port=many;Password=hunter2", "cannot be understood")]
    [InlineData("hunter2", "cannot be understood")]
    public async Task A_malformed_connection_string_is_refused_and_not_repeated(string connectionString, string said)
    {
        var refused = await RefusedAsync(new StoreOptions { ConnectionString = connectionString });

        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_does_not_exist_or_does_not_answer_is_refused_in_time()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var silentPort = ((IPEndPoint)silent.LocalEndpoint).Port;

        var unknown = await RefusedAsync(new StoreOptions { ConnectionString = "Host=no-such-host.invalid;Username=u;Password=hunter2" });
        var closed = await RefusedAsync(new StoreOptions { ConnectionString = "Host=127.0.0.1;Port=1;Username=u;Password=hunter2" });
        var mute = await RefusedAsync(new StoreOptions { ConnectionString = $"Host=127.0.0.1;Port={silentPort};Username=u;Password=hunter2" });

        Assert.Contains("no-such-host.invalid:5432, database 'u', user 'u'", unknown.Message, StringComparison.Ordinal);
        Assert.Contains("cannot be reached", closed.Message, StringComparison.Ordinal);
        Assert.Contains($"127.0.0.1:{silentPort}", mute.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", unknown.ToString() + closed + mute, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_wrong_password_an_unknown_database_and_missing_rights_are_refused_by_name()
    {
        Requires.Postgres();
        var server = await PostgresServer.SharedAsync();
        var good = await server.CreateDatabaseAsync();
        await ExecuteAsync(good, "CREATE ROLE weak LOGIN PASSWORD 'weak'");

        var wrongPassword = await RefusedAsync(new StoreOptions { ConnectionString = new NpgsqlConnectionStringBuilder(good) { Password = "hunter2" }.ToString() });
        var noDatabase = await RefusedAsync(new StoreOptions { ConnectionString = server.ConnectionString("nowhere") });
        var weak = new NpgsqlConnectionStringBuilder(good) { Username = "weak", Password = "weak" }.ToString();
        var mayNotCreate = await RefusedAsync(new StoreOptions { ConnectionString = weak });
        await (await OpenAsync(new StoreOptions { ConnectionString = good })).DisposeAsync();
        await ExecuteAsync(good, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO weak");
        var mayOnlyRead = await RefusedAsync(new StoreOptions { ConnectionString = weak });
        await ExecuteAsync(good, "GRANT ALL ON ALL TABLES IN SCHEMA public TO weak");
        await (await OpenAsync(new StoreOptions { ConnectionString = weak })).DisposeAsync();

        Assert.Contains("28P01). Check user and password", wrongPassword.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", wrongPassword.ToString(), StringComparison.Ordinal);
        Assert.Contains("3D000). Create the database first", noDatabase.Message, StringComparison.Ordinal);
        Assert.Contains("42501). The user must be allowed to create tables", mayNotCreate.Message, StringComparison.Ordinal);
        Assert.Contains("may not select, insert, update and delete", mayOnlyRead.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_journal_without_its_unique_key_and_a_standby_are_refused_on_postgres()
    {
        Requires.Postgres();
        var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        var options = new StoreOptions { ConnectionString = database };
        await (await OpenAsync(options)).DisposeAsync();
        await ExecuteAsync(database, "ALTER TABLE journal DROP CONSTRAINT journal_uq; CREATE INDEX plain ON journal (persistence_id, sequence_number)");

        var noKey = await RefusedAsync(options);
        var readOnly = await RefusedAsync(new StoreOptions { ConnectionString = database + ";Options=-c default_transaction_read_only=on" });

        Assert.Contains("no unique key on (persistence_id, sequence_number)", noKey.Message, StringComparison.Ordinal);
        Assert.Contains("allows no writes", readOnly.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Nodes_that_start_together_on_an_empty_database_all_open_it()
    {
        Requires.Postgres();
        var options = new StoreOptions { ConnectionString = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync() };

        var stores = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => OpenAsync(options)));

        foreach (var store in stores)
            await store.DisposeAsync();
    }

    private StoreOptions Here => new() { DataDirectory = _folder };

    private static Task<ShardStore> OpenAsync(StoreOptions options) => ShardStore.OpenAsync(options, TimeProvider.System, CancellationToken.None);

    private static async Task<StoreUnavailableException> RefusedAsync(StoreOptions options)
    {
        var watch = Stopwatch.StartNew();
        var refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => OpenAsync(options));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        return refused;
    }

    private static SqliteConnection Connect(string path)
    {
        var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        return connection;
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
