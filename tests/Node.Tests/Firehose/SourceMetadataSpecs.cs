using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ActorStreams.TestKit;

namespace ActorStreams.Node.Tests.Firehose;

/// <summary>What a transform is told of a record is what the Kinesis API had answered to its put.</summary>
public sealed class SourceMetadataSpecs : IDisposable
{
    private const string Role = "arn:aws:iam::000000000000:role/firehose";
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_script_sees_the_numbers_and_shards_that_puts_were_answered()
    {
        var lake = Directory.CreateDirectory(_folder.Folder("lake")).FullName;
        var script = Path.Combine(lake, "tell.js");
        await File.WriteAllTextAsync(script, "function transform(record, event) { return JSON.stringify({ ...record.kinesisRecordMetadata, source: event.sourceKinesisStreamArn, data: record.data }) + '\\n'; }");
        await using var node = NodeProcess.Start(_folder.Folder("data"), settings: new Dictionary<string, string>
        {
            ["Firehose:Buckets:lake:Folder"] = lake,
            ["Firehose:Functions:tell:Script"] = script,
        });
        await node.ReadyAsync();
        using var streams = new KinesisHttp(node.Endpoint, "us-east-1");
        using var firehose = new FirehoseHttp(node.Endpoint);
        await streams.CreateStreamAsync("clicks", 3);
        await firehose.CallAsync("CreateDeliveryStream", Request());

        var answered = new Dictionary<string, (string Shard, string Key)>(StringComparer.Ordinal);
        for (var i = 0; i < 50; i++)
        {
            var put = (await streams.CallAsync("PutRecord", new JsonObject
            {
                ["StreamName"] = "clicks",
                ["PartitionKey"] = $"key-{i}",
                ["Data"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(i.ToString(CultureInfo.InvariantCulture))),
            })).Expect();
            answered.Add((string)put["SequenceNumber"]!, ((string)put["ShardId"]!, $"key-{i}"));
        }
        for (var look = 0; Lines().Count < answered.Count; look++)
        {
            Assert.True(look < 600, $"{Lines().Count} of {answered.Count} records are delivered.");
            await Task.Delay(50);
        }

        Assert.Equal(3, answered.Values.Select(a => a.Shard).Distinct().Count());
        Assert.Equal(answered.Keys.Order(), Lines().Select(l => (string)l["sequenceNumber"]!).Order());
        Assert.All(Lines(), line =>
        {
            Assert.Equal(answered[(string)line["sequenceNumber"]!], ((string)line["shardId"]!, (string)line["partitionKey"]!));
            Assert.Equal($"key-{(string)line["data"]!}", (string)line["partitionKey"]!);
            Assert.Equal("arn:aws:kinesis:us-east-1:000000000000:stream/clicks", (string)line["source"]!);
        });

        List<JsonNode> Lines() =>
            [.. Directory.EnumerateFiles(lake, "told-*", SearchOption.AllDirectories).SelectMany(f => File.ReadAllLines(f, Encoding.UTF8)).Select(l => JsonNode.Parse(l)!)];
    }

    private static JsonObject Request() => new()
    {
        ["DeliveryStreamName"] = "told",
        ["DeliveryStreamType"] = "KinesisStreamAsSource",
        ["KinesisStreamSourceConfiguration"] = new JsonObject { ["KinesisStreamARN"] = "arn:aws:kinesis:us-east-1:000000000000:stream/clicks", ["RoleARN"] = Role },
        ["ExtendedS3DestinationConfiguration"] = new JsonObject
        {
            ["RoleARN"] = Role,
            ["BucketARN"] = "arn:aws:s3:::lake",
            ["BufferingHints"] = new JsonObject { ["SizeInMBs"] = 1, ["IntervalInSeconds"] = 0 },
            ["ProcessingConfiguration"] = new JsonObject
            {
                ["Enabled"] = true,
                ["Processors"] = new JsonArray(new JsonObject
                {
                    ["Type"] = "Lambda",
                    ["Parameters"] = new JsonArray(new JsonObject
                    {
                        ["ParameterName"] = "LambdaArn",
                        ["ParameterValue"] = "arn:aws:lambda:us-east-1:000000000000:function:tell",
                    }),
                }),
            },
        },
    };
}
