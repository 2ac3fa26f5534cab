using System.Text.Json.Nodes;
using ActorStreams.TestKit;
using Xunit.Abstractions;

namespace ActorStreams.Node.Tests.Firehose;

/// <summary>What a delivery stream that is deleted leaves in the spool of the real executable, which is killed before it could clear that.</summary>
public sealed class SpoolClearingSpecs(ITestOutputHelper output)
{
    private const string Secret = "the badge of nobody";
    private const string Later = "the badge of somebody";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [SkippableFact]
    public async Task What_was_deleted_is_cleared_by_the_next_start_and_what_was_made_anew_under_the_name_is_delivered()
    {
        Skip.If(OperatingSystem.IsWindows(), "Signals are sent on Linux and macOS only.");
        using var folder = new TempFolder();
        var lake = Directory.CreateDirectory(folder.Folder("lake")).FullName;
        var spool = Directory.CreateDirectory(folder.Folder("spool")).FullName;
        var node = NodeProcess.Start(folder.Folder("data"), settings: new Dictionary<string, string>
        {
            ["Firehose:Buckets:lake:Folder"] = lake,
            ["Firehose:Buckets:lake:RequiredFile"] = "mounted",
            ["Firehose:SpoolFolder"] = spool,
        });
        try
        {
            await node.ReadyAsync();
            using var client = new FirehoseHttp(node.Endpoint);
            foreach (var name in (string[])["badges", "doors"])
            {
                await client.CreateAsync(name, Destination());
                await client.PutAsync(name, [Secret], CancellationToken.None);
            }
            await UntilAsync(() => Spooled(spool, Secret).Count == 2, "both delivery streams had a batch in the spool");
            await client.CallAsync("DeleteDeliveryStream", new JsonObject { ["DeliveryStreamName"] = "badges" });
            await client.CallAsync("DeleteDeliveryStream", new JsonObject { ["DeliveryStreamName"] = "doors" });

            await node.KillAsync();
            await node.DisposeAsync();
            Assert.Equal(2, Spooled(spool, Secret).Count);
            node = node.Restart();
            await node.ReadyAsync();
            await client.CreateAsync("badges", Destination());
            await client.PutAsync("badges", [Later], CancellationToken.None);

            await UntilAsync(() => Spooled(spool, Secret).Count == 0, "nothing of what was deleted lay in the spool");
            await UntilAsync(() => Spooled(spool, Later).Count == 1, "what was put later was in the spool");
            Assert.Equal(["badges"], Directory.GetDirectories(Path.Combine(spool, "us-east-1")).Select(Path.GetFileName));
            await File.WriteAllTextAsync(Path.Combine(lake, "mounted"), "");
            await UntilAsync(() => Directory.GetFiles(lake, "badges-*", SearchOption.AllDirectories).Length == 1, "what was put later was delivered");
            Assert.Equal(Later, await File.ReadAllTextAsync(Directory.GetFiles(lake, "badges-*", SearchOption.AllDirectories)[0]));
        }
        finally
        {
            output.WriteLine(node.Output);
            await node.DisposeAsync();
        }
    }

    private static JsonObject Destination() => new()
    {
        ["RoleARN"] = "arn:aws:iam::000000000000:role/firehose",
        ["BucketARN"] = "arn:aws:s3:::lake",
        ["BufferingHints"] = new JsonObject { ["SizeInMBs"] = 1, ["IntervalInSeconds"] = 0 },
    };

    private static List<string> Spooled(string spool, string text) =>
        [.. Directory.GetFiles(spool, "*", SearchOption.AllDirectories).Where(f => File.Exists(f) && Read(f) == text)];

    /// <summary>Null where it went meanwhile.</summary>
    private static string? Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static async Task UntilAsync(Func<bool> condition, string expected)
    {
        for (var deadline = new Deadline(s_patience); !condition();) await deadline.PauseAsync($"it was not so that {expected}.");
    }
}
