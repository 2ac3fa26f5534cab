using System.Globalization;
using System.Text.Json.Nodes;
using ActorStreams.Node.Tests.Durability;
using ActorStreams.TestKit;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace ActorStreams.Node.Tests.Operations;

/// <summary>What the version before clusters left behind: a split stream, its pipeline, and the numbers that were acknowledged.</summary>
public sealed class Format1Specs
{
    private const int Records = 29;

    // Of the first and last record before the split and of both children, as that version acknowledged them.
    private static readonly string[] SqliteNumbers =
    [
        "49196281041856799618613527253140370636230643726543749120", "49196281041856799618613527253140370636230643726778630144",
        "49196281041856799618613851771694104620821152796887744512", "49196281041856799618613851771694180178684878711412490240",
    ];

    private static readonly string[] PostgresNumbers =
    [
        "49196281042757889104291655244453048252684841583644770304", "49196281042757889104291655244453048252684841583879651328",
        "49196281042757889104291979763006782237275350653988765696", "49196281042757889104291979763006857795139076568513511424",
    ];

    [Fact]
    public async Task A_data_folder_is_served_and_its_pipeline_goes_on()
    {
        using var folder = new TempFolder();
        var data = Directory.CreateDirectory(folder.Folder("data")).FullName;
        var store = Path.Combine(data, "actorstreams.db");
        await ExecuteAsync(new SqliteConnection($"Data Source={store};Pooling=False"), "sqlite.sql");

        await using var node = NodeProcess.Start(data, settings: AnomalyPipeline.Settings);

        await ServesAsync(node, SqliteNumbers);
        await using var connection = new SqliteConnection($"Data Source={store};Pooling=False");
        await connection.OpenAsync();
        Assert.Equal(2L, await ScalarAsync(connection, "PRAGMA user_version"));
    }

    [SkippableFact]
    public async Task A_database_is_served_and_its_pipeline_goes_on()
    {
        Requires.Postgres();
        using var folder = new TempFolder();
        var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await ExecuteAsync(new NpgsqlConnection(database), "postgres.sql");

        await using var node = NodeProcess.Start(folder.Folder("data"), settings: AnomalyPipeline.Settings, arguments: ["--postgres", database]);

        await ServesAsync(node, PostgresNumbers);
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        Assert.Equal(2, await ScalarAsync(connection, "SELECT version FROM actorstreams_format"));
    }

    private static async Task ServesAsync(NodeProcess node, string[] numbers)
    {
        await node.ReadyAsync(Commands.StartPatience);
        using var client = new KinesisHttp(node.Endpoint);
        var before = await client.ReadAllAsync(AnomalyPipeline.Source);
        Assert.Equal(Records, before.Count);
        Assert.Equal(
            [numbers[0], numbers[1], numbers[2], numbers[3]],
            new[] { "shardId-000000000000", "shardId-000000000001", "shardId-000000000002" }.SelectMany(Edges).Distinct(StringComparer.Ordinal).Where(numbers.Contains));
        var consumers = (await client.CallAsync("ListStreamConsumers", new JsonObject { ["StreamARN"] = await ArnAsync(client) })).Expect();
        Assert.Equal("reader", (string?)consumers["Consumers"]![0]!["ConsumerName"]);

        // The detector's state is from then: what it alerts on now depends on every record since the first.
        foreach (var (key, value, second) in new[] { ("a", 10.2, 30), ("b", 20.1, 31), ("b", 90_000.0, 32), ("a", -90_000.0, 33) })
        {
            var data = string.Create(CultureInfo.InvariantCulture, $$"""{"value": {{value}}, "time": {{1_700_000_000_000 + (second * 1000)}}}""");
            var put = new JsonObject { ["StreamName"] = AnomalyPipeline.Source, ["PartitionKey"] = key, ["Data"] = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(data)) };
            (await client.CallAsync("PutRecord", put)).Expect();
        }

        var source = await client.ReadAllAsync(AnomalyPipeline.Source);
        var expected = AnomalyPipeline.Expected(source);
        Assert.Equal(4, expected.Count);
        var alerts = await AnomalyPipeline.SettledAsync(client, expected.Count);
        Assert.Empty(AnomalyPipeline.Differences(source, alerts));
        Assert.Equal(before.Select(r => r.SequenceNumber), source.Select(r => r.SequenceNumber).Intersect(before.Select(r => r.SequenceNumber), StringComparer.Ordinal));

        IEnumerable<string> Edges(string shard)
        {
            var own = before.Where(r => r.Shard == shard).Select(r => r.SequenceNumber).ToArray();
            return [own[0], own[^1]];
        }
    }

    private static async Task<string> ArnAsync(KinesisHttp client) => (string)(await client.CallAsync(
        "DescribeStreamSummary", new JsonObject { ["StreamName"] = AnomalyPipeline.Source })).Expect()["StreamDescriptionSummary"]!["StreamARN"]!;

    private static async Task ExecuteAsync(System.Data.Common.DbConnection connection, string fixture)
    {
        await using (connection)
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Operations", "Format1", fixture));
            await command.ExecuteNonQueryAsync();
        }
    }

    private static async Task<object?> ScalarAsync(System.Data.Common.DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync();
    }
}
