using System.Text.Json.Nodes;
using ActorStreams.TestKit;

namespace ActorStreams.Node.Tests.Auditing;

public class AuditSpecs
{
    [Fact]
    public async Task Changes_by_the_api_are_lines_of_the_file_that_may_be_moved_away_meanwhile()
    {
        using var folder = new TempFolder();
        var file = Path.Combine(folder.Path, "audit.jsonl");
        await using var node = NodeProcess.Start(folder.Path, settings: new Dictionary<string, string> { ["Audit:File"] = file });
        await node.ReadyAsync();
        using var client = new KinesisHttp(node.Endpoint);

        (await client.CallAsync("CreateStream", new JsonObject { ["StreamName"] = "s", ["ShardCount"] = 1 })).Expect();
        await client.CallAsync("DeleteStream", new JsonObject { ["StreamName"] = "none" });
        var lines = (await File.ReadAllLinesAsync(file)).Select(l => JsonNode.Parse(l)!).ToList();
        File.Move(file, file + ".1");
        await client.CallAsync("DeleteStream", new JsonObject { ["StreamName"] = "none" });

        Assert.Equal(["CreateStream", "DeleteStream"], lines.Select(l => (string)l["operation"]!));
        Assert.Equal("s", (string)lines[0]["parameters"]!["StreamName"]!);
        Assert.Null(lines[0]["error"]);
        Assert.Equal("ResourceNotFoundException", (string)lines[1]["error"]!);
        Assert.Single(await File.ReadAllLinesAsync(file));
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_to_stops_the_start()
    {
        using var folder = new TempFolder();
        await using var node = NodeProcess.Start(folder.Path, settings: new Dictionary<string, string> { ["Audit:File"] = folder.Path });

        Assert.Equal(3, await node.ExitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("Audit:File", node.Output, StringComparison.Ordinal);
    }
}
