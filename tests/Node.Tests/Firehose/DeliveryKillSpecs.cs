using System.Globalization;
using System.IO.Compression;
using System.Text.Json.Nodes;
using ActorStreams.TestKit;
using Xunit.Abstractions;

namespace ActorStreams.Node.Tests.Firehose;

/// <summary>A delivery to a folder by the real executable, killed again and again in the middle of it.</summary>
public sealed class DeliveryKillSpecs(ITestOutputHelper output)
{
    private const int Kills = 6;
    private const int Writers = 3;
    private static readonly int s_recordLength = "writer 0 record 0000000".Length;

    [SkippableFact]
    public async Task Kill_minus_nine_leaves_each_acknowledged_record_in_exactly_one_object()
    {
        Skip.If(OperatingSystem.IsWindows(), "Signals are sent on Linux and macOS only.");
        using var folder = new TempFolder();
        var lake = Directory.CreateDirectory(folder.Folder("lake")).FullName;
        var attic = Directory.CreateDirectory(folder.Folder("attic")).FullName;
        var settings = new Dictionary<string, string> { ["Firehose:Buckets:lake:Folder"] = lake, ["Firehose:Buckets:attic:Folder"] = attic };
        var node = NodeProcess.Start(folder.Folder("data"), settings: settings);
        try
        {
            await node.ReadyAsync();
            using var client = new FirehoseHttp(node.Endpoint);
            await client.CreateAsync("badges", Destination());
            using var stop = new CancellationTokenSource();
            var acknowledged = new int[Writers];
            var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    var first = acknowledged[writer];
                    await client.PutAsync("badges", [.. Enumerable.Range(first, 100).Select(i => $"writer {writer} record {i:0000000}")], CancellationToken.None);
                    acknowledged[writer] += 100;
                }
            })));
            var seed = Random.Shared.Next();
            var random = new Random(seed);
            output.WriteLine($"Seed of the times between start and kill: {seed}");
            for (var kill = 1; kill <= Kills; kill++)
            {
                await Task.Delay(random.Next(300, 2_500));
                await node.KillAsync();
                await node.DisposeAsync();
                node = node.Restart();
                await node.ReadyAsync();
            }
            await stop.CancelAsync();
            await writing;

            var total = acknowledged.Sum();
            var lines = await DeliveredAsync(lake, total);
            output.WriteLine($"{total} acknowledged records, {lines.Count} delivered in {Objects(lake).Length} objects.");
            var expected = Enumerable.Range(0, Writers).SelectMany(w => Enumerable.Range(0, acknowledged[w]).Select(i => $"writer {w} record {i:0000000}"));
            Assert.Equal(expected.Order(StringComparer.Ordinal), lines.Order(StringComparer.Ordinal));
            // The backup goes out with the same batches, after the objects or before them.
            Assert.Equal(expected.Order(StringComparer.Ordinal), (await DeliveredAsync(attic, total)).Order(StringComparer.Ordinal));
            await CountsAsync(node, total);
            // Each object is a stretch of the shard: of each writer it has records that follow each other.
            Assert.All(Objects(lake).SelectMany(o => Lines(o).GroupBy(l => l[..9])), stretch =>
            {
                var numbers = stretch.Select(l => int.Parse(l.AsSpan(l.Length - 7), CultureInfo.InvariantCulture)).ToList();
                Assert.Equal(Enumerable.Range(numbers[0], numbers.Count), numbers);
            });
        }
        finally
        {
            output.WriteLine(node.Output);
            await node.DisposeAsync();
        }
    }

    /// <summary>What is told of the delivery stream: nothing is behind, and each record counted once.</summary>
    private static async Task CountsAsync(NodeProcess node, int total)
    {
        using var management = new HttpClient { BaseAddress = node.AdminEndpoint };
        var (records, lag) = (-1L, -1L);
        for (var look = 0; look < 200 && (records, lag) != (total, 0); look++)
        {
            await Task.Delay(100);
            records = (long)JsonNode.Parse(await management.GetStringAsync("pipelines/firehose:us-east-1:badges"))!["records"]!;
            lag = (long)JsonNode.Parse(await management.GetStringAsync("deliveries/us-east-1/badges"))!["lagMs"]!;
        }
        Assert.Equal((total, 0L), (records, lag));
    }

    private static JsonObject Destination() => new()
    {
        ["RoleARN"] = "arn:aws:iam::000000000000:role/firehose",
        ["BucketARN"] = "arn:aws:s3:::lake",
        ["Prefix"] = "badges/!{timestamp:yyyy-MM-dd}/",
        ["ErrorOutputPrefix"] = "errors/!{firehose:error-output-type}/",
        ["BufferingHints"] = new JsonObject { ["SizeInMBs"] = 1, ["IntervalInSeconds"] = 0 },
        ["CompressionFormat"] = "GZIP",
        ["S3BackupMode"] = "Enabled",
        ["S3BackupConfiguration"] = new JsonObject
        {
            ["RoleARN"] = "arn:aws:iam::000000000000:role/firehose",
            ["BucketARN"] = "arn:aws:s3:::attic",
            ["CompressionFormat"] = "GZIP",
        },
        ["ProcessingConfiguration"] = new JsonObject
        {
            ["Enabled"] = true,
            ["Processors"] = new JsonArray(new JsonObject { ["Type"] = "AppendDelimiterToRecord" }),
        },
    };

    /// <summary>The lines of all objects; waited for until there are as many.</summary>
    private static async Task<IReadOnlyList<string>> DeliveredAsync(string lake, int count)
    {
        List<string> lines = [];
        for (var look = 0; look < 300; look++)
        {
            lines = [.. Objects(lake).SelectMany(Lines)];
            if (lines.Count >= count) break;
            await Task.Delay(100);
        }
        return lines;
    }

    private static string[] Objects(string lake) => Directory.GetFiles(lake, "*.gz", SearchOption.AllDirectories);

    private static string[] Lines(string file)
    {
        using var gzip = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        // Records stand in the backup as they came, with nothing between them.
        return gzip.ReadToEnd().Replace("\n", "", StringComparison.Ordinal).Chunk(s_recordLength).Select(r => new string(r)).ToArray();
    }
}
