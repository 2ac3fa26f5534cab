using System.Text;
using System.Text.Json.Nodes;
using ActorStreams.TestKit;
using Xunit.Abstractions;

namespace ActorStreams.Node.Tests.Firehose;

/// <summary>A delivery from stream to stream by the real executable, killed again and again in the middle of it.</summary>
public sealed class StreamDeliveryKillSpecs(ITestOutputHelper output)
{
    private const int Kills = 4;
    private const int Keys = 5;

    /// <summary>Of the node, from each start on; the machine may be busy.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    [SkippableFact]
    public async Task Kill_minus_nine_leaves_each_record_once_in_the_order_of_its_key()
    {
        Skip.If(OperatingSystem.IsWindows(), "Signals are sent on Linux and macOS only.");
        using var folder = new TempFolder();
        var lake = Directory.CreateDirectory(folder.Folder("lake")).FullName;
        var settings = new Dictionary<string, string> { ["Firehose:Buckets:lake:Folder"] = lake };
        var node = NodeProcess.Start(folder.Folder("data"), settings: settings);
        try
        {
            await node.ReadyAsync(s_patience);
            using var kinesis = new KinesisHttp(node.Endpoint, "us-east-1");
            await kinesis.CreateStreamAsync("source", 1);
            await kinesis.CreateStreamAsync("target", 2);
            using var firehose = new FirehoseHttp(node.Endpoint);
            await firehose.CallAsync("CreateDeliveryStream", Request());
            // At once, and before anything reads: what is put once the service says that it is there is delivered.
            var sent = 0;
            var seed = Random.Shared.Next();
            var random = new Random(seed);
            output.WriteLine($"Seed of the times between start and kill: {seed}");
            for (var kill = 0; kill <= Kills; kill++)
            {
                for (var call = 0; call < 10; call++) sent += await PutAsync(kinesis, sent);
                if (kill == Kills) break;
                await Task.Delay(random.Next(0, 1_000));
                await node.KillAsync();
                await node.DisposeAsync();
                node = node.Restart();
                await node.ReadyAsync(s_patience);
            }

            var records = await DeliveredAsync(kinesis, sent);
            output.WriteLine($"{sent} records were put, {records.Count} are in the target.");
            for (var key = 0; key < Keys; key++)
            {
                Assert.Equal(
                    Enumerable.Range(0, sent).Where(i => i % Keys == key).Select(i => $"record {i:0000000}"),
                    records.Where(r => r.PartitionKey == $"key {key}").Select(r => Encoding.UTF8.GetString(r.Data)));
            }
            Assert.Equal(sent, records.Count);
        }
        finally
        {
            output.WriteLine(node.Output);
            await node.DisposeAsync();
        }
    }

    private static JsonObject Request() => new()
    {
        ["DeliveryStreamName"] = "copy",
        ["DeliveryStreamType"] = "KinesisStreamAsSource",
        ["KinesisStreamSourceConfiguration"] = new JsonObject
        {
            ["KinesisStreamARN"] = "arn:aws:kinesis:us-east-1:000000000000:stream/source",
            ["RoleARN"] = "arn:aws:iam::000000000000:role/firehose",
        },
        ["HttpEndpointDestinationConfiguration"] = new JsonObject
        {
            ["EndpointConfiguration"] = new JsonObject { ["Url"] = "arn:aws:kinesis:us-east-1:000000000000:stream/target" },
            ["BufferingHints"] = new JsonObject { ["SizeInMBs"] = 1, ["IntervalInSeconds"] = 0 },
            ["S3Configuration"] = new JsonObject
            {
                ["RoleARN"] = "arn:aws:iam::000000000000:role/firehose",
                ["BucketARN"] = "arn:aws:s3:::lake",
            },
        },
    };

    private static async Task<int> PutAsync(KinesisHttp kinesis, int from)
    {
        var records = Enumerable.Range(from, 100).Select(i => (JsonNode)new JsonObject
        {
            ["PartitionKey"] = $"key {i % Keys}",
            ["Data"] = Convert.ToBase64String(Encoding.UTF8.GetBytes($"record {i:0000000}")),
        });
        var answer = (await kinesis.CallAsync("PutRecords", new JsonObject { ["StreamName"] = "source", ["Records"] = new JsonArray([.. records]) })).Expect();
        Assert.Equal(0, (int)answer["FailedRecordCount"]!);
        return 100;
    }

    /// <summary>What is in the target; waited for until it is as much.</summary>
    private static async Task<IReadOnlyList<StoredRecord>> DeliveredAsync(KinesisHttp kinesis, int count)
    {
        IReadOnlyList<StoredRecord> records = [];
        for (var look = 0; look < 600; look++)
        {
            records = await kinesis.ReadAllAsync("target");
            if (records.Count >= count) break;
            await Task.Delay(100);
        }
        return records;
    }
}
