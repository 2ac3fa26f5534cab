using System.Text.Json.Nodes;
using ActorStreams.TestKit;
using Xunit.Abstractions;

namespace ActorStreams.Node.Tests.Scaling;

/// <summary>A stream in on-demand mode under a load that rises and falls; minutes of the settings are made seconds.</summary>
[Trait("Speed", "Slow")]
public sealed class OnDemandSpecs(ITestOutputHelper output)
{
    private const string Stream = "clicks";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    private static readonly Dictionary<string, string> s_settings = new()
    {
        ["Shards:OnDemand:LookInterval"] = "00:00:00.250",
        ["Shards:OnDemand:HotAfter"] = "00:00:01",
        ["Shards:OnDemand:ColdAfter"] = "00:00:02",
        ["Shards:OnDemand:HotLoad"] = "0.3",
        ["Shards:OnDemand:ColdLoad"] = "0.02",
        ["Shards:OnDemand:ShardsMin"] = "2",
        ["Shards:OnDemand:ShardsMax"] = "8",
    };

    [Fact]
    public async Task A_load_that_rises_and_falls_takes_the_stream_from_one_shard_to_eight_to_two()
    {
        await using var test = await StartAsync();
        using var stop = new CancellationTokenSource();
        var sent = 0;
        var loading = PutAsync(test.Client, () => $"key-{Interlocked.Increment(ref sent)}", stop.Token);

        await UntilAsync(async () => (await OpenShardsAsync(test.Client)).Count == 8, "eight open shards");
        await stop.CancelAsync();
        var stored = await loading;
        await UntilAsync(async () => (await OpenShardsAsync(test.Client)).Count == 2, "two open shards");

        var records = await test.Client.ReadAllAsync(Stream);
        output.WriteLine($"{records.Count} records over {records.Select(r => r.Shard).Distinct().Count()} shards");
        Assert.Equal(stored, records.Count);
        Assert.Equal(stored, records.Select(r => r.PartitionKey).Distinct().Count());
    }

    [Fact]
    public async Task A_key_that_is_hot_alone_gets_a_shard_of_its_own_and_is_named_in_the_metrics()
    {
        await using var test = await StartAsync();
        using var stop = new CancellationTokenSource();
        var sent = 0;
        var loading = PutAsync(test.Client, () => Interlocked.Increment(ref sent) % 10 == 0 ? $"key-{sent}" : "alice", stop.Token);

        await UntilAsync(
            async () => (await OpenShardsAsync(test.Client)).Any(s => (string)s["HashKeyRange"]!["StartingHashKey"]! == (string)s["HashKeyRange"]!["EndingHashKey"]!),
            "a shard of one hash key");
        using var admin = new HttpClient();
        await UntilAsync(
            async () => (await admin.GetStringAsync(new Uri(test.Node.AdminEndpoint, "metrics"))).Contains("partition_key=\"alice\"", StringComparison.Ordinal),
            "the key in the metrics");
        await stop.CancelAsync();

        Assert.Equal(await loading, (await test.Client.ReadAllAsync(Stream)).Count);
    }

    private async Task<Test> StartAsync()
    {
        var test = new Test(output);
        await test.Node.ReadyAsync();
        await test.Client.CreateStreamAsync(Stream, 1);
        var summary = (await test.Client.CallAsync("DescribeStreamSummary", new JsonObject { ["StreamName"] = Stream })).Expect();
        (await test.Client.CallAsync("UpdateStreamMode", new JsonObject
        {
            ["StreamARN"] = (string)summary["StreamDescriptionSummary"]!["StreamARN"]!,
            ["StreamModeDetails"] = new JsonObject { ["StreamMode"] = "ON_DEMAND" },
        })).Expect();
        return test;
    }

    /// <summary>One request after the other; answers how many records were stored. No entry may fail: a producer does not notice.</summary>
    private static async Task<int> PutAsync(KinesisHttp client, Func<string> nextKey, CancellationToken stop)
    {
        var stored = 0;
        while (!stop.IsCancellationRequested)
        {
            var records = new JsonArray([.. Enumerable.Range(0, 200).Select(_ => new JsonObject { ["PartitionKey"] = nextKey(), ["Data"] = "AAAA" })]);
            var answer = (await client.CallAsync("PutRecords", new JsonObject { ["StreamName"] = Stream, ["Records"] = records }, cancel: CancellationToken.None)).Expect();
            Assert.Equal(0, (int)answer["FailedRecordCount"]!);
            stored += 200;
        }
        return stored;
    }

    private static async Task<List<JsonNode>> OpenShardsAsync(KinesisHttp client)
    {
        var shards = (await client.CallAsync("ListShards", new JsonObject { ["StreamName"] = Stream })).Expect()["Shards"]!.AsArray();
        return [.. shards.Where(s => s!["SequenceNumberRange"]!["EndingSequenceNumber"] is null).Select(s => s!)];
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(since) > s_patience) throw new TimeoutException($"There was not {what} within {s_patience.TotalSeconds} s.");
            await Task.Delay(50);
        }
    }

    private sealed class Test : IAsyncDisposable
    {
        private readonly TempFolder _folder = new();
        private readonly ITestOutputHelper _output;

        public Test(ITestOutputHelper output)
        {
            _output = output;
            Node = NodeProcess.Start(_folder.Folder("data"), settings: s_settings);
            Client = new KinesisHttp(Node.Endpoint);
        }

        public NodeProcess Node { get; }

        public KinesisHttp Client { get; }

        public async ValueTask DisposeAsync()
        {
            _output.WriteLine(Node.Output);
            Client.Dispose();
            await Node.DisposeAsync();
            _folder.Dispose();
        }
    }
}
