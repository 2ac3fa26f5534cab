using System.Text.Json.Nodes;
using ActorStreams.TestKit;

namespace ActorStreams.Node.Tests.Firehose;

/// <summary>What is put to a delivery stream that has a key stands in no file of the store as it is.</summary>
public sealed class SealedPutsSpecs
{
    private static readonly Dictionary<string, string> s_keys = new()
    {
        ["Encryption:Keys:aws/firehose"] = Convert.ToBase64String(Enumerable.Repeat((byte)1, 32).ToArray()),
    };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task From_the_first_record_on_where_it_is_created_with_a_key(bool hasKey)
    {
        using var folder = new TempFolder();
        var lake = Directory.CreateDirectory(folder.Folder("lake")).FullName;
        var data = folder.Folder("data");
        await using var node = NodeProcess.Start(data, settings: new Dictionary<string, string>(s_keys) { ["Firehose:Buckets:lake:Folder"] = lake });
        await node.ReadyAsync();
        using var client = new FirehoseHttp(node.Endpoint);
        var request = Request();
        if (!hasKey) request.Remove("DeliveryStreamEncryptionConfigurationInput");
        await client.CallAsync("CreateDeliveryStream", request);
        await client.ActiveAsync("secrets");

        await client.PutAsync("secrets", ["a record that nobody is to read"], default);

        Assert.Equal(!hasKey, IsInStore(data));
        for (var look = 0; !Directory.EnumerateFiles(lake, "*", SearchOption.AllDirectories).Any(); look++)
        {
            Assert.True(look < 600, "It is not delivered.");
            await Task.Delay(50);
        }
        Assert.Equal("a record that nobody is to read", await File.ReadAllTextAsync(Directory.EnumerateFiles(lake, "*", SearchOption.AllDirectories).Single()));
    }

    private static bool IsInStore(string data) => Directory.EnumerateFiles(data, "actorstreams.db*").Any(file =>
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes.AsSpan().IndexOf("nobody is to read"u8) >= 0;
    });

    private static JsonObject Request() => new()
    {
        ["DeliveryStreamName"] = "secrets",
        ["DeliveryStreamEncryptionConfigurationInput"] = new JsonObject { ["KeyType"] = "AWS_OWNED_CMK" },
        ["ExtendedS3DestinationConfiguration"] = new JsonObject
        {
            ["RoleARN"] = "arn:aws:iam::000000000000:role/firehose",
            ["BucketARN"] = "arn:aws:s3:::lake",
            ["BufferingHints"] = new JsonObject { ["SizeInMBs"] = 1, ["IntervalInSeconds"] = 1 },
        },
    };
}
