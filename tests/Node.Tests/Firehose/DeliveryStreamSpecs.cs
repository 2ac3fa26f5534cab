using System.Text;
using System.Text.Json.Nodes;
using ActorStreams.TestKit;
using Avro.File;
using Avro.Generic;

namespace ActorStreams.Node.Tests.Firehose;

/// <summary>Delivery streams as they are made, changed and removed, by a node of its own.</summary>
public sealed class DeliveryStreamSpecs : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private string _lake = "";
    private NodeProcess _node = null!;
    private FirehoseHttp _client = null!;
    private KinesisHttp _streams = null!;

    public async Task InitializeAsync()
    {
        _lake = Directory.CreateDirectory(_folder.Folder("lake")).FullName;
        _node = NodeProcess.Start(_folder.Folder("data"), settings: new Dictionary<string, string> { ["Firehose:Buckets:lake:Folder"] = _lake, ["Firehose:Tables:default.badges:0"] = "badge int", ["Firehose:Tables:default.badges:1"] = "at timestamp" });
        await _node.ReadyAsync();
        _client = new FirehoseHttp(_node.Endpoint);
        _streams = new KinesisHttp(_node.Endpoint, "us-east-1");
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        _streams.Dispose();
        await _node.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Tags_that_are_set_at_once_are_all_there()
    {
        await _client.CreateAsync("tagged", Destination());

        await Task.WhenAll(Enumerable.Range(0, 5).Select(i => _client.CallAsync("TagDeliveryStream", new JsonObject
        {
            ["DeliveryStreamName"] = "tagged",
            ["Tags"] = new JsonArray(new JsonObject { ["Key"] = $"key-{i}", ["Value"] = "v" }),
        })));

        var tags = await _client.CallAsync("ListTagsForDeliveryStream", new JsonObject { ["DeliveryStreamName"] = "tagged" });
        Assert.Equal(["key-0", "key-1", "key-2", "key-3", "key-4"], tags["Tags"]!.AsArray().Select(t => (string)t!["Key"]!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task One_that_is_made_again_under_its_name_begins_anew()
    {
        await _streams.CreateStreamAsync("clicks", 1);
        await CreateReadingAsync();
        // It begins with what comes from now on, once it has begun.
        for (var i = 0; Lines().Count == 0; i++)
        {
            Assert.True(i < 200, "Nothing was delivered.");
            await PutAsync($"first {i}");
            await Task.Delay(100);
        }

        await _client.CallAsync("DeleteDeliveryStream", new JsonObject { ["DeliveryStreamName"] = "reading" });
        // The consumer that was there finishes what it has begun.
        for (var i = 0; i < 20; i++)
        {
            await PutAsync($"between {i}");
            await Task.Delay(100);
        }
        await CreateReadingAsync();
        for (var i = 0; !Lines().Any(l => l.StartsWith("second", StringComparison.Ordinal)); i++)
        {
            Assert.True(i < 200, "Nothing was delivered.");
            await PutAsync($"second {i}");
            await Task.Delay(100);
        }

        Assert.DoesNotContain("between 19", Lines());
        Assert.Equal(Lines().Count, Lines().Distinct().Count());
    }

    [Fact]
    public async Task Avro_is_delivered_as_apaches_own_reader_has_it()
    {
        var destination = Destination();
        destination["BufferingHints"] = new JsonObject { ["SizeInMBs"] = 64, ["IntervalInSeconds"] = 0 };
        destination["DataFormatConversionConfiguration"] = new JsonObject
        {
            ["Enabled"] = true,
            ["SchemaConfiguration"] = new JsonObject { ["TableName"] = "badges" },
            ["InputFormatConfiguration"] = new JsonObject { ["Deserializer"] = new JsonObject { ["OpenXJsonSerDe"] = new JsonObject() } },
        };
        destination["ProcessingConfiguration"] = new JsonObject { ["Enabled"] = true, ["Processors"] = new JsonArray(new JsonObject { ["Type"] = "AvroSerDe" }) };
        await _client.CreateAsync("avro", destination);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));

        await _client.PutAsync("avro", [.. Enumerable.Range(0, 100).Select(i => FormattableString.Invariant($$"""{"badge":{{i}},"at":"2026-03-09T15:04:05Z"}"""))], limit.Token);
        await _client.PutAsync("avro", ["""{"badge":"none"}"""], limit.Token);
        while (Records().Count < 100) await Task.Delay(50, limit.Token);

        Assert.Equal(Enumerable.Range(0, 100), Records().Select(r => (int)r["badge"]));
        Assert.All(Records(), r => Assert.Equal(new DateTime(2026, 3, 9, 15, 4, 5, DateTimeKind.Utc), ((DateTime)r["at"]).ToUniversalTime()));
        while (!Directory.Exists(Path.Combine(_lake, "format-conversion-failed"))) await Task.Delay(50, limit.Token);

        List<GenericRecord> Records() => [.. Directory.EnumerateFiles(_lake, "avro-*.avro", SearchOption.AllDirectories).Order(StringComparer.Ordinal).SelectMany(Read)];

        static List<GenericRecord> Read(string file)
        {
            using var reader = DataFileReader<GenericRecord>.OpenReader(file);
            return [.. reader.NextEntries];
        }
    }

    private async Task CreateReadingAsync()
    {
        await _client.CallAsync("CreateDeliveryStream", new JsonObject
        {
            ["DeliveryStreamName"] = "reading",
            ["DeliveryStreamType"] = "KinesisStreamAsSource",
            ["KinesisStreamSourceConfiguration"] = new JsonObject
            {
                ["KinesisStreamARN"] = "arn:aws:kinesis:us-east-1:000000000000:stream/clicks",
                ["RoleARN"] = Role,
            },
            ["ExtendedS3DestinationConfiguration"] = Destination(),
        });
    }

    private async Task PutAsync(string line) => (await _streams.CallAsync("PutRecord", new JsonObject
    {
        ["StreamName"] = "clicks",
        ["PartitionKey"] = "k",
        ["Data"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(line + "\n")),
    })).Expect();

    private const string Role = "arn:aws:iam::000000000000:role/firehose";

    private static JsonObject Destination() => new()
    {
        ["RoleARN"] = Role,
        ["BucketARN"] = "arn:aws:s3:::lake",
        ["BufferingHints"] = new JsonObject { ["SizeInMBs"] = 1, ["IntervalInSeconds"] = 0 },
    };

    private List<string> Lines() =>
        [.. Directory.EnumerateFiles(_lake, "reading-*", SearchOption.AllDirectories).SelectMany(f => File.ReadAllLines(f, Encoding.UTF8))];
}
