using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace ActorStreams.Pbm.Tests;

/// <summary>What every command that shows something prints for recorded answers, for people and for programs.</summary>
public class TableSpecs
{
    public static TheoryData<string, string, string?> Shown => new()
    {
        { "cluster-show", "cluster show", "members" },
        { "cluster-status", "cluster status", "ready" },
        { "cluster-sharding-list-regions", "cluster-sharding list-regions", "sharding" },
        { "cluster-sharding-list-shards", "cluster-sharding list-shards", "sharding" },
        { "cluster-sharding-list-shards-of-a-type", "cluster-sharding list-shards -t consumer", null },
        { "cluster-sharding-stats", "cluster-sharding stats", "sharding" },
        { "stream-list", "stream list", "streams" },
        { "stream-list-of-a-region", "stream list --region eu-west-1", null },
        { "stream-show", "stream show orders", "stream" },
        { "shard-show", "shard show orders/1", "shard" },
        { "shard-read", "shard read orders/shardId-000000000001 --limit 2", null },
        { "shard-verify", "shard verify orders/1", null },
        { "shard-why", "shard why orders/1 alerts", "why" },
        { "lease-list", "lease list", "leases" },
        { "lease-list-of-an-application", "lease list alerts", "alerts-leases" },
        { "lease-show", "lease show orders/1 alerts", null },
        { "consumer-lag", "consumer lag", "leases" },
        { "consumer-lag-of-an-application", "consumer lag alerts", "alerts-leases" },
        { "pipeline-list", "pipeline list", "pipelines" },
        { "pipeline-show", "pipeline show alerts", "pipeline" },
        { "pipeline-show-delivery", "pipeline show firehose:us-east-1:badges", "pipeline-delivery" },
        { "delivery-list", "delivery list", "deliveries" },
        { "delivery-show", "delivery show badges", "delivery" },
    };

    [Theory]
    [MemberData(nameof(Shown))]
    public async Task A_command_prints_its_table(string name, string line, string? recorded)
    {
        _ = recorded;
        await using var stub = await StubEndpoint.StartRecordedAsync();

        var run = await CommandRun.Async(stub, line.Split(' '));

        Assert.Equal("", run.Error);
        Assert.Equal(ExitCodes.Ok, run.ExitCode);
        AssertExpected(name, run.Out.Replace(stub.Address, "http://127.0.0.1:8558", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Shown))]
    public async Task With_json_a_command_prints_the_endpoint_s_answer(string name, string line, string? recorded)
    {
        _ = name;
        await using var stub = await StubEndpoint.StartRecordedAsync();

        var run = await CommandRun.Async(stub, [.. line.Split(' '), "--json"]);

        Assert.Equal("", run.Error);
        Assert.Equal(ExitCodes.Ok, run.ExitCode);
        foreach (var json in recorded is null ? run.Out.Trim().Split('\n').Take(0) : [run.Out]) Assert.Equal(StubEndpoint.Recorded(recorded!).Trim(), json.Trim());
        if (recorded is null && !line.StartsWith("shard read", StringComparison.Ordinal)) Assert.NotNull(JsonNode.Parse(run.Out));
    }

    [Fact]
    public async Task Json_of_a_part_holds_only_that_part()
    {
        await using var stub = await StubEndpoint.StartRecordedAsync();

        var streams = JsonNode.Parse((await CommandRun.Async(stub, "stream", "list", "--region", "eu-west-1", "--json")).Out)!;
        var sharding = JsonNode.Parse((await CommandRun.Async(stub, "cluster-sharding", "stats", "consumer", "--json")).Out)!;
        var lease = JsonNode.Parse((await CommandRun.Async(stub, "lease", "show", "orders/1", "alerts", "--json")).Out)!;
        var verified = JsonNode.Parse((await CommandRun.Async(stub, "shard", "verify", "orders/1", "--json")).Out)!;

        Assert.Equal("metrics", (string?)Assert.Single(streams["streams"]!.AsArray())!["name"]);
        Assert.Equal("consumer", (string?)Assert.Single(sharding["types"]!.AsArray())!["type"]);
        Assert.Equal(7, (int?)lease["epoch"]);
        Assert.True((bool?)verified["ok"]);
    }

    [Fact]
    public async Task Json_of_records_is_one_a_line_with_its_shard_and_its_exact_data()
    {
        await using var stub = await StubEndpoint.StartRecordedAsync();

        var run = await CommandRun.Async(stub, "shard", "read", "orders/1", "--limit", "2", "--json");

        var records = run.Out.Trim().Split('\n').Select(l => JsonNode.Parse(l)!).ToArray();
        Assert.Equal(2, records.Length);
        Assert.Equal("shardId-000000000001", (string?)records[0]["shardId"]);
        Assert.Equal("AAH/", (string?)records[1]["data"]);
        Assert.Equal("k\u001b[31m", (string?)records[1]["partitionKey"]);
        Assert.Null(records[0]["explicitHashKey"]);
    }

    [Fact]
    public async Task On_a_narrow_terminal_columns_are_left_out_and_named()
    {
        await using var stub = await StubEndpoint.StartRecordedAsync();

        var run = await CommandRun.WithAsync(["stream", "show", "orders"], new() { ["PBM_ENDPOINT"] = stub.Address }, answers: "", width: 80);

        Assert.All(run.Out.Split('\n'), line => Assert.True(line.Length <= 80 || line.StartsWith("(left out", StringComparison.Ordinal), line));
        Assert.Contains("(left out for want of width: ", run.Out, StringComparison.Ordinal);
        Assert.Contains("orders/1", run.Out, StringComparison.Ordinal);
    }

    private static void AssertExpected(string name, string actual, [CallerFilePath] string source = "")
    {
        var file = Path.Combine(Path.GetDirectoryName(source)!, "Expected", name + ".txt");
        if (Environment.GetEnvironmentVariable("PBM_WRITE_EXPECTED") is { Length: > 0 }) File.WriteAllText(file, actual.ReplaceLineEndings("\n"));
        Assert.Equal(File.ReadAllText(file).ReplaceLineEndings("\n"), actual.ReplaceLineEndings("\n"));
    }
}
