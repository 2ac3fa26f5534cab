using System.Globalization;
using System.IO.Compression;
using System.Text.Json.Nodes;
using ActorStreams.TestKit;
using Npgsql;
using Xunit.Abstractions;

namespace ActorStreams.Node.Tests.Firehose;

/// <summary>Badge readings into a table of a real PostgreSQL, by the real executable, which is killed, while the database's connections are cut.</summary>
public sealed class WarehouseSpecs(ITestOutputHelper output)
{
    private const int Kills = 4;
    private const int Lines = 40_000;
    private const int LinesPerPut = 250;

    [SkippableFact]
    public async Task Rows_are_exact_over_kills_and_cut_connections_and_bad_lines_are_in_the_error_output()
    {
        Skip.If(OperatingSystem.IsWindows(), "Signals are sent on Linux and macOS only.");
        Requires.Postgres();
        var server = await PostgresServer.SharedAsync();
        var database = await server.CreateDatabaseAsync();
        await using var warehouse = NpgsqlDataSource.Create(database);
        await ExecuteAsync(warehouse, "CREATE TABLE readings (at timestamptz NOT NULL, badge int NOT NULL, zone text NOT NULL, note text)");
        using var folder = new TempFolder();
        var lake = Directory.CreateDirectory(folder.Folder("lake")).FullName;
        var settings = new Dictionary<string, string>
        {
            ["Firehose:Buckets:lake:Folder"] = lake,
            ["Firehose:Warehouses:doors.abc.us-east-1.redshift.amazonaws.com"] = database,
        };
        var node = NodeProcess.Start(folder.Folder("data"), settings: settings);
        try
        {
            await node.ReadyAsync();
            using var client = new FirehoseHttp(node.Endpoint);
            await client.CreateAsync("badges", Destination(), "Redshift");
            var writing = Task.Run(async () =>
            {
                for (var first = 0; first < Lines; first += LinesPerPut)
                    await client.PutAsync("badges", [.. Enumerable.Range(first, LinesPerPut).Select(Line)], CancellationToken.None);
            });
            var random = new Random(17);
            for (var kill = 1; kill <= Kills; kill++)
            {
                await Task.Delay(random.Next(300, 2_000));
                await ExecuteAsync(warehouse, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ActorStreams' AND datname = current_database()");
                await Task.Delay(random.Next(100, 500));
                await node.KillAsync();
                await node.DisposeAsync();
                node = node.Restart();
                await node.ReadyAsync();
            }
            await writing;

            var bad = Enumerable.Range(0, Lines).Count(IsBad);
            for (var look = 0; look < 600 && await CountAsync(warehouse) < Lines - bad; look++) await Task.Delay(100);
            Assert.Equal(Lines - bad, await CountAsync(warehouse));
            Assert.Equal(Lines - bad, (long)(await ScalarAsync(warehouse, "SELECT count(DISTINCT badge) FROM readings"))!);
            Assert.Equal(
                Enumerable.Range(0, Lines).Where(i => !IsBad(i)).Sum(i => (long)i), (long)(await ScalarAsync(warehouse, "SELECT sum(badge) FROM readings"))!);
            var errors = await ErrorsAsync(lake, bad);
            Assert.Equal(Enumerable.Range(0, Lines).Where(IsBad).Select(i => Line(i).TrimEnd('\n')).Order(), errors.Order());
            output.WriteLine($"{Lines} lines, {bad} of them bad, over {Kills} kills.");
        }
        finally
        {
            output.WriteLine(node.Output);
            await node.DisposeAsync();
        }
    }

    [SkippableFact]
    public async Task What_a_warehouse_that_was_away_for_longer_than_its_retries_did_not_take_is_loaded_by_a_redrive_and_once()
    {
        Requires.Postgres();
        var server = await PostgresServer.SharedAsync();
        var database = await server.CreateDatabaseAsync();
        await using var warehouse = NpgsqlDataSource.Create(database);
        await ExecuteAsync(warehouse, "CREATE TABLE readings_away (at timestamptz NOT NULL, badge int NOT NULL, zone text NOT NULL, note text)");
        using var folder = new TempFolder();
        var lake = Directory.CreateDirectory(folder.Folder("lake")).FullName;
        await using var node = NodeProcess.Start(folder.Folder("data"), settings: new Dictionary<string, string>
        {
            ["Firehose:Buckets:lake:Folder"] = lake,
            ["Firehose:Warehouses:doors.abc.us-east-1.redshift.amazonaws.com"] = database,
        });
        await node.ReadyAsync();
        using var client = new FirehoseHttp(node.Endpoint);
        var destination = Destination();
        destination["RetryOptions"] = new JsonObject { ["DurationInSeconds"] = 0 };
        // The table is not there under that name until somebody mends it.
        await client.CreateAsync("badges", destination, "Redshift");
        for (var first = 0; first < 1_000; first += 100)
            await client.PutAsync("badges", [.. Enumerable.Range(first, 100).Select(Line)], CancellationToken.None);
        // All of it was tried, and each object that could not be loaded is noted.
        for (var look = 0; look < 1_200 && (LinesIn(lake) < 1_000 || Notes(lake) < Manifests(lake) || Manifests(lake) < Objects(lake).Length); look++) await Task.Delay(50);
        await ExecuteAsync(warehouse, "ALTER TABLE readings_away RENAME TO readings");

        using var management = new HttpClient { BaseAddress = node.AdminEndpoint };
        for (var time = 0; time < 2; time++)
        {
            using var redriven = await management.PostAsync("deliveries/us-east-1/badges/redrive", null);
            output.WriteLine(await redriven.Content.ReadAsStringAsync());
            Assert.True(redriven.IsSuccessStatusCode);
            for (var look = 0; look < 100 && await CountAsync(warehouse) < 1_000; look++) await Task.Delay(50);
            Assert.Equal(1_000, await CountAsync(warehouse));
        }
        Assert.Equal(1_000, (long)(await ScalarAsync(warehouse, "SELECT count(DISTINCT badge) FROM readings"))!);
    }

    private static string[] Objects(string lake) =>
        [.. Directory.GetFiles(lake, "*.gz", SearchOption.AllDirectories).Where(f => !f.Contains("manifests", StringComparison.Ordinal))];

    private static int LinesIn(string lake) => Objects(lake).Sum(file =>
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        return reader.ReadToEnd().Count(c => c == '\n');
    });

    private static int Manifests(string lake) => Files(Path.Combine(lake, "errors", "manifests"), "*");

    private static int Notes(string lake) => Files(Path.Combine(lake, "actorstreams-failed"), "object-*");

    private static int Files(string path, string pattern) =>
        Directory.Exists(path) ? Directory.GetFiles(path, pattern, SearchOption.AllDirectories).Length : 0;

    private static bool IsBad(int i) => i % 5_000 == 4_999;

    private static string Line(int i) =>
        string.Create(CultureInfo.InvariantCulture, $"2026-01-15T10:{i / 60 % 60:00}:{i % 60:00}Z|{(IsBad(i) ? "none" : "")}{i}|north|turnstile {i % 7}\n");

    private static JsonObject Destination() => new()
    {
        ["RoleARN"] = "arn:aws:iam::000000000000:role/firehose",
        ["ClusterJDBCURL"] = "jdbc:redshift://doors.abc.us-east-1.redshift.amazonaws.com:5439/any",
        ["CopyCommand"] = new JsonObject { ["DataTableName"] = "readings", ["CopyOptions"] = "delimiter '|'" },
        ["Username"] = "any",
        ["Password"] = "any-Password1",
        ["S3Configuration"] = new JsonObject
        {
            ["RoleARN"] = "arn:aws:iam::000000000000:role/firehose",
            ["BucketARN"] = "arn:aws:s3:::lake",
            ["BufferingHints"] = new JsonObject { ["SizeInMBs"] = 1, ["IntervalInSeconds"] = 0 },
            ["CompressionFormat"] = "GZIP",
        },
    };

    private static async Task ExecuteAsync(NpgsqlDataSource warehouse, string sql)
    {
        await using var command = warehouse.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<object?> ScalarAsync(NpgsqlDataSource warehouse, string sql)
    {
        await using var command = warehouse.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    private static async Task<long> CountAsync(NpgsqlDataSource warehouse) => (long)(await ScalarAsync(warehouse, "SELECT count(*) FROM readings"))!;

    private static async Task<IReadOnlyList<string>> ErrorsAsync(string lake, int count)
    {
        List<string> found = [];
        for (var look = 0; look < 200; look++)
        {
            var folder = Path.Combine(lake, "warehouse-failed");
            found = Directory.Exists(folder)
                ? [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Where(f => !Path.GetFileName(f).StartsWith('.')).SelectMany(File.ReadLines)
                    .Select(l => System.Text.Encoding.UTF8.GetString(Convert.FromBase64String((string)JsonNode.Parse(l)!["rawData"]!)))]
                : [];
            if (found.Count >= count) break;
            await Task.Delay(100);
        }
        return found;
    }
}
