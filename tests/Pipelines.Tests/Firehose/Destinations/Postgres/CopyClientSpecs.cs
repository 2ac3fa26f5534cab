using System.Text;
using ActorStreams.Pipelines.Firehose.Destinations.Postgres;
using ActorStreams.Shards.Log;
using ActorStreams.TestKit;
using Npgsql;

namespace ActorStreams.Pipelines.Tests.Firehose.Destinations.Postgres;

public sealed class CopyClientSpecs : IAsyncLifetime
{
    private const string Badges = "CREATE TABLE badges (badge text NOT NULL, zone varchar(8), at timestamptz NOT NULL, strength int2, dwell numeric(6,2))";

    private string _connectionString = "";
    private NpgsqlDataSource? _direct;

    public async Task InitializeAsync()
    {
        if (PostgresServer.BinariesFolder is null) return;
        _connectionString = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        _direct = NpgsqlDataSource.Create(_connectionString + ";Timezone=UTC");
    }

    public async Task DisposeAsync()
    {
        if (_direct is not null) await _direct.DisposeAsync();
    }

    [SkippableTheory]
    [InlineData(CopyFormat.Json, """{"badge":"b-1","ignored":{"a":[1]},"zone":"h\u00e4ll","at":"2026-01-15T10:00:00.123+01:00","strength":-70,"dwell":12.345}""")]
    [InlineData(CopyFormat.Csv, "b-1,häll,2026-01-15 09:00:00.123Z,-70,12.345\n")]
    public async Task A_record_is_a_row_and_its_batch_is_noted(CopyFormat format, string record)
    {
        await using var client = await ClientAsync(Badges, format);

        var result = Assert.IsType<CopyResult.Delivered>(await client.DeliverAsync(Batch("batch-1", record), default));

        Assert.Equal(1, result.Rows);
        Assert.Empty(result.Failed);
        Assert.Equal("b-1|häll|2026-01-15 09:00:00.123+00|-70|12.35", await RowsAsync("badges"));
        Assert.Equal("batch-1|badges|shard-1|7|3|1", await RowsAsync("actorstreams_deliveries", "batch, delivery, shard, position_row, position_index, rows"));
    }

    [SkippableFact]
    public async Task A_batch_again_changes_nothing_and_is_answered_as_before()
    {
        await using var client = await ClientAsync(Badges, CopyFormat.Csv);
        var batch = Batch("batch-1", "b-1,hall,2026-01-15,1,1", "b-2,hall,not a time,1,1");
        var first = Assert.IsType<CopyResult.Delivered>(await client.DeliverAsync(batch, default));

        await using var other = new CopyClient(Options(CopyFormat.Csv), TimeProvider.System);
        var again = Assert.IsType<CopyResult.DeliveredBefore>(await other.DeliverAsync(batch, default));

        Assert.Equal((first.Rows, first.Failed.AsEnumerable()), (again.Rows, again.Failed.AsEnumerable()), new SameOutcome());
        Assert.Equal("1", await RowsAsync("badges", "count(*)"));
    }

    [SkippableFact]
    public async Task One_batch_from_two_clients_at_once_is_in_the_table_once()
    {
        await using var client = await ClientAsync(Badges, CopyFormat.Csv);
        await using var other = new CopyClient(Options(CopyFormat.Csv), TimeProvider.System);
        var batch = Batch("batch-1", [.. Enumerable.Range(0, 20_000).Select(i => $"b-{i},hall,2026-01-15T10:00:00Z,1,1")]);

        var results = await Task.WhenAll(client.DeliverAsync(batch, default), other.DeliverAsync(batch, default));

        Assert.Single(results.OfType<CopyResult.Delivered>());
        Assert.Single(results.OfType<CopyResult.DeliveredBefore>());
        Assert.Equal("20000", await RowsAsync("badges", "count(*)"));
    }

    [SkippableTheory]
    [InlineData("""{"at":"2026-01-15"}""", "'badge' takes no null")]
    [InlineData("""{"badge":"b","zone":"123456789","at":"2026-01-15"}""", "'zone' (varchar(8)) takes at most 8 characters, not '123456789'")]
    [InlineData("""{"badge":"b","at":"yesterday"}""", "'at' (timestamptz)")]
    [InlineData("""{"badge":"b","at":1768471200}""", "'at' (timestamptz)")]
    [InlineData("""{"badge":"b","at":"2026-02-30"}""", "'at' (timestamptz)")]
    [InlineData("""{"badge":"b","at":"2026-01-15","strength":32768}""", "'strength' (int2) takes a whole number from -32768 to 32767, not '32768'")]
    [InlineData("""{"badge":"b","at":"2026-01-15","strength":1.5}""", "'strength' (int2)")]
    [InlineData("""{"badge":"b","at":"2026-01-15","strength":{"a":1}}""", "'strength' (int2) takes no object")]
    [InlineData("""{"badge":"b","at":"2026-01-15","dwell":"9999.995"}""", "'dwell' (numeric(6,2))")]
    [InlineData("""{"badge":"a\u0000b","at":"2026-01-15"}""", "zero character")]
    [InlineData("""{"badge":"b","at":"2026-01-15"}, 5""", "not valid JSON")]
    [InlineData("[]", "no JSON object")]
    [InlineData("", "not valid JSON")]
    public async Task A_record_that_fits_no_row_fails_alone_and_says_why(string record, string reason)
    {
        await using var client = await ClientAsync(Badges, CopyFormat.Json);
        var good = """{"badge":"good","at":"2026-01-15"}""";

        var result = Assert.IsType<CopyResult.Delivered>(await client.DeliverAsync(Batch("batch-1", good, record, good), default));

        Assert.Equal(2, result.Rows);
        var failed = Assert.Single(result.Failed);
        Assert.Equal(1, failed.Ordinal);
        Assert.Contains(reason, failed.Reason);
        Assert.Equal("good\ngood", await RowsAsync("badges", "badge"));
    }

    [SkippableTheory]
    [InlineData("a,b", "2 fields; the columns are 5")]
    [InlineData("b,z,2026-01-15,1,1,6", "more fields than the 5")]
    [InlineData("\"b,z,2026-01-15,1,1", "not closed")]
    [InlineData("\"b\"x,z,2026-01-15,1,1", "after its closing quote")]
    [InlineData("b\"x,z,2026-01-15,1,1", "does not begin it")]
    [InlineData("\n", "is empty")]
    public async Task A_line_that_is_no_csv_fails_alone(string line, string reason)
    {
        await using var client = await ClientAsync(Badges, CopyFormat.Csv);

        var result = Assert.IsType<CopyResult.Delivered>(await client.DeliverAsync(Batch("batch-1", line, "\"q\"\"uoted,\n\",,2026-01-15,,\r\n"), default));

        Assert.Contains(reason, Assert.Single(result.Failed).Reason);
        Assert.Equal("q\"uoted,\n||2026-01-15 00:00:00+00||", await RowsAsync("badges"));
    }

    [SkippableFact]
    public async Task Rows_that_only_the_server_can_refuse_fail_alone_up_to_a_number_of_them()
    {
        await using var client = await ClientAsync("CREATE TABLE badges (id int4 PRIMARY KEY, strength int4 CHECK (strength < 0))", CopyFormat.Csv, o => o with { RefusedRowsMax = 3 });
        string[] records = ["1,-1", "x,-1", "2,5", "3,-3", "1,-4", "4,-5"];

        var result = Assert.IsType<CopyResult.Delivered>(await client.DeliverAsync(Batch("batch-1", records), default));

        Assert.Equal([1, 2, 4], result.Failed.Select(f => f.Ordinal));
        Assert.Contains("23514", result.Failed[1].Reason);
        Assert.Contains("23505", result.Failed[2].Reason);
        Assert.Equal("1|-1\n3|-3\n4|-5", await RowsAsync("badges"));
        var many = Assert.IsType<CopyResult.RetryLater>(await client.DeliverAsync(Batch("batch-2", "5,1", "6,1", "7,1", "8,1"), default));
        Assert.Contains("23514", many.Reason);
        Assert.Equal("3", await RowsAsync("badges", "count(*)"));
    }

    [SkippableTheory]
    [InlineData("bool", "t|off|NULL", "true|false|NULL")]
    [InlineData("int8", "-9223372036854775808|9223372036854775807", "-9223372036854775808|9223372036854775807")]
    [InlineData("float4", "1.5|-1e30|NaN", "1.5|-1e+30|NaN")]
    [InlineData("float8", "0.1|1.7976931348623157e308|-Infinity", "0.1|1.7976931348623157e+308|-Infinity")]
    [InlineData("numeric", "0|0.00|-12345.678900|100000000|1e-7|1.5E3|0.0001|12345678901234567890.123456789|NaN", "0|0.00|-12345.678900|100000000|0.0000001|1500|0.0001|12345678901234567890.123456789|NaN")]
    [InlineData("numeric(4,1)", "999.94|-0.05|0.04|99.95|5", "999.9|-0.1|0.0|100.0|5.0")]
    [InlineData("char(3)", "a|äöü", "a|äöü")]
    [InlineData("timestamp", "1999-12-31T23:59:59.9999996|0001-01-01 00:00|2026-06-15T10:00:00-0230", "2000-01-01 00:00:00|0001-01-01 00:00:00|2026-06-15 12:30:00")]
    [InlineData("date", "2000-02-29|1969-12-31", "2000-02-29|1969-12-31")]
    [InlineData("uuid", "00112233-4455-6677-8899-aabbccddeeff|00112233445566778899AABBCCDDEEFF", "00112233-4455-6677-8899-aabbccddeeff|00112233-4455-6677-8899-aabbccddeeff")]
    [InlineData("jsonb", """{"b":1, "a":[null]}|"x"|5""", """{"a": [null], "b": 1}|"x"|5""")]
    [InlineData("json", """{"b":1, "a":[null]}""", """{"b":1, "a":[null]}""")]
    [InlineData("bytea", "AQID|\\x0aff", "\\x010203|\\x0aff")]
    public async Task A_type_keeps_its_values(string type, string values, string expected)
    {
        await using var client = await ClientAsync($"CREATE TABLE badges (n serial, v {type})", CopyFormat.Csv);
        var fields = values.Split('|').Select(v => v == "NULL" ? "" : $"\"{v.Replace("\"", "\"\"")}\"");
        // A null alone would be an empty record, so a second column stands beside it.
        await ExecuteAsync("ALTER TABLE badges ADD w text");

        var result = Assert.IsType<CopyResult.Delivered>(await client.DeliverAsync(Batch("batch-1", [.. fields.Select(f => f + ",x")]), default));

        Assert.Empty(result.Failed);
        Assert.Equal(expected.Replace('|', '\n'), await RowsAsync("badges ORDER BY n", "coalesce(v::text, 'NULL')"));
    }

    [SkippableFact]
    public async Task Json_values_are_taken_as_their_columns_want_them()
    {
        await using var client = await ClientAsync("CREATE TABLE badges (id bigint GENERATED ALWAYS AS IDENTITY, a text, b jsonb, c timestamptz, \"D\" bool, e bytea)", CopyFormat.Json, o => o with { Epoch = CopyEpoch.Milliseconds });

        var result = await client.DeliverAsync(Batch("batch-1", """{"A":{"x":1},"B":"te\"xt","c":1768471200123,"d":true,"e":"AQID"}""", """{"a":5,"b":null,"c":"2026-01-15T10:00:00Z"}"""), default);

        Assert.Empty(Assert.IsType<CopyResult.Delivered>(result).Failed);
        Assert.Equal(
            "1|{\"x\":1}|\"te\\\"xt\"|2026-01-15 10:00:00.123+00|t|\\x010203\n2|5||2026-01-15 10:00:00+00||", await RowsAsync("badges"));
    }

    [SkippableFact]
    public async Task What_is_missing_is_named_and_once_it_is_there_the_batch_goes_through()
    {
        await using var client = await ClientAsync("SELECT 1", CopyFormat.Json, o => o with { Columns = ["badge", "floor"] });
        var batch = Batch("batch-1", """{"badge":"b","floor":2}""");

        Assert.Contains("42P01", await RetryAsync(client, batch));
        await ExecuteAsync("CREATE TABLE badges (badge text)");
        Assert.Contains("no column 'floor'; it has 'badge'", await RetryAsync(client, batch));
        await ExecuteAsync("ALTER TABLE badges ADD floor point");
        Assert.Contains("type point", await RetryAsync(client, batch));
        await ExecuteAsync("ALTER TABLE badges DROP floor; ALTER TABLE badges ADD floor int4");

        Assert.IsType<CopyResult.Delivered>(await client.DeliverAsync(batch, default));
        Assert.Equal("b|2", await RowsAsync("badges"));
    }

    [SkippableFact]
    public async Task A_column_that_changes_its_type_between_batches_is_seen()
    {
        await using var client = await ClientAsync("CREATE TABLE badges (v int4)", CopyFormat.Csv);
        await client.DeliverAsync(Batch("batch-1", "5"), default);
        await ExecuteAsync("ALTER TABLE badges ALTER v TYPE float4");

        await client.DeliverAsync(Batch("batch-2", "6.5"), default);

        Assert.Equal("5\n6.5", await RowsAsync("badges"));
    }

    [SkippableFact]
    public async Task A_table_that_others_hold_is_waited_for_and_then_tried_later()
    {
        await using var client = await ClientAsync(Badges, CopyFormat.Csv, o => o with { LockTimeout = TimeSpan.FromMilliseconds(100) });
        await using var connection = await _direct!.OpenConnectionAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var hold = new NpgsqlCommand("LOCK TABLE badges IN ACCESS EXCLUSIVE MODE", connection, transaction);
            await hold.ExecuteNonQueryAsync();
            Assert.Contains("55P03", await RetryAsync(client, Batch("batch-1", "b,z,2026-01-15,1,1")));
        }

        Assert.IsType<CopyResult.Delivered>(await client.DeliverAsync(Batch("batch-1", "b,z,2026-01-15,1,1"), default));
    }

    [SkippableFact]
    public async Task A_server_that_crashes_at_any_moment_has_the_batch_once_after_it_is_back()
    {
        Requires.Postgres();
        await using var server = await PostgresServer.StartAsync();
        var connectionString = await server.CreateDatabaseAsync();
        await using var direct = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await using (var create = direct.CreateCommand(Badges)) await create.ExecuteNonQueryAsync();
        await using var client = new CopyClient(Options(CopyFormat.Csv) with { ConnectionString = connectionString }, TimeProvider.System);
        string[] lines = [.. Enumerable.Range(0, 50_000).Select(i => $"b-{i},hall,2026-01-15T10:00:00Z,1,1")];

        var delivering = client.DeliverAsync(Batch("batch-1", lines), default);
        await server.CrashAsync();
        var first = await delivering;
        Assert.IsType<CopyResult.RetryLater>(await client.DeliverAsync(Batch("batch-2", "b,z,2026-01-15,1,1"), default));
        await server.ResumeAsync();

        var results = new List<CopyResult>();
        do results.Add(await client.DeliverAsync(Batch("batch-1", lines), default));
        while (results[^1] is CopyResult.RetryLater && results.Count < 20);
        Assert.True(results[^1] is CopyResult.Delivered or CopyResult.DeliveredBefore, $"{first}, {string.Join(", ", results)}");
        await using var count = direct.CreateCommand("SELECT count(*) FROM badges");
        Assert.Equal(50_000L, await count.ExecuteScalarAsync());
    }

    [SkippableFact]
    public async Task A_caller_that_gives_up_leaves_nothing()
    {
        await using var client = await ClientAsync(Badges, CopyFormat.Csv);
        using var cancel = new CancellationTokenSource();
        // A record that is read half way through the batch gives up.
        var records = new CancellingList(20_000, "b,z,2026-01-15T10:00:00Z,1,1"u8.ToArray(), cancel);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.DeliverAsync(Batch("batch-1") with { Records = records }, cancel.Token));

        Assert.Equal("0", await RowsAsync("badges", "count(*)"));
        Assert.IsType<CopyResult.Delivered>(await client.DeliverAsync(Batch("batch-1", "b,z,2026-01-15,1,1"), default));
    }

    [SkippableFact]
    public async Task A_batch_of_which_hardly_a_record_is_a_row_is_left_out_as_a_whole()
    {
        await using var client = await ClientAsync("CREATE TABLE badges (id int4)", CopyFormat.Csv, o => o with { FailedRowsMax = 3 });

        Assert.Contains("More than 3 records of the batch are no rows", await RetryAsync(client, Batch("batch-1", "1", "a", "b", "c", "d")), StringComparison.Ordinal);
        Assert.Equal("0", await RowsAsync("badges", "count(*)"));
        Assert.Equal(3, Assert.IsType<CopyResult.Delivered>(await client.DeliverAsync(Batch("batch-1", "1", "a", "b", "c"), default)).Failed.Length);
    }

    private static async Task<string> RetryAsync(CopyClient client, CopyBatch batch) =>
        Assert.IsType<CopyResult.RetryLater>(await client.DeliverAsync(batch, default)).Reason;

    private static CopyBatch Batch(string id, params string[] records) =>
        new("badges", "shard-1", id, new ShardPosition(7, 3), [.. records.Select(r => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(r))]);

    private CopyOptions Options(CopyFormat format) => new(_connectionString, "badges", format);

    private async Task<CopyClient> ClientAsync(string sql, CopyFormat format, Func<CopyOptions, CopyOptions>? change = null)
    {
        Requires.Postgres();
        await ExecuteAsync(sql);
        return new CopyClient(change?.Invoke(Options(format)) ?? Options(format), TimeProvider.System);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _direct!.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>As the server's own text, a column between bars and a row a line.</summary>
    private async Task<string> RowsAsync(string from, string columns = "*")
    {
        await using var connection = await _direct!.OpenConnectionAsync();
        using var reader = await connection.BeginTextExportAsync($"COPY (SELECT {columns} FROM {from}) TO STDOUT (FORMAT CSV, DELIMITER '|', QUOTE E'\\x01')");
        return (await reader.ReadToEndAsync()).Replace("\u0001", "").TrimEnd('\n');
    }

    private sealed class SameOutcome : IEqualityComparer<(long Rows, IEnumerable<CopyFailure> Failed)>
    {
        public bool Equals((long Rows, IEnumerable<CopyFailure> Failed) x, (long Rows, IEnumerable<CopyFailure> Failed) y) =>
            x.Rows == y.Rows && x.Failed.SequenceEqual(y.Failed);

        public int GetHashCode((long Rows, IEnumerable<CopyFailure> Failed) value) => value.Rows.GetHashCode();
    }

    private sealed class CancellingList(int count, ReadOnlyMemory<byte> record, CancellationTokenSource cancel) : IReadOnlyList<ReadOnlyMemory<byte>>
    {
        public int Count => count;

        public ReadOnlyMemory<byte> this[int index]
        {
            get
            {
                if (index == count / 2) cancel.Cancel();
                return record;
            }
        }

        public IEnumerator<ReadOnlyMemory<byte>> GetEnumerator() => Enumerable.Range(0, count).Select(i => this[i]).GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
