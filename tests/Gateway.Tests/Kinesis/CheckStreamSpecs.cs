using System.Text.Json.Nodes;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Tests.Kinesis;

/// <summary>A check says everything that is wrong, each with its path, and changes nothing.</summary>
public sealed class CheckStreamSpecs : GatewaySpecs
{
    [Fact]
    public async Task What_can_be_created_has_no_problems_and_is_not_created()
    {
        Assert.Empty(await ProblemsAsync("""{"StreamName":"s","ShardCount":2,"RetentionPeriodHours":48,"KeyId":"test-key","Tags":{"team":"blue"}}"""));
        Assert.Empty(await ProblemsAsync("""{"StreamName":"s"}"""));

        (await Gateway.CallAsync("DescribeStreamSummary", new { StreamName = "s" })).AssertError("ResourceNotFoundException", $"Stream s under account {Account} not found.");
    }

    [Fact]
    public async Task All_that_is_wrong_is_named_at_once() => Assert.Equal(
        [
            "StreamName: is 'a b'; it must satisfy regular expression pattern: [a-zA-Z0-9_.-]+.",
            "RetentionPeriodHours: is 12; it takes an integer from 24 to 8760.",
            "Shards: is not known; known are StreamName, ShardCount, StreamModeDetails, RetentionPeriodHours, KeyId, Tags.",
            "Tags.team: is the number 7; it takes a text.",
            "ShardCount: must not be given for a stream in ON_DEMAND mode, which counts its shards itself.",
            "KeyId: Key 'none' does not exist; the keys that there are stand in the setting ActorStreams:Encryption:Keys.",
        ],
        await ProblemsAsync(
            """{"StreamName":"a b","RetentionPeriodHours":12,"Shards":3,"ShardCount":3,"StreamModeDetails":{"StreamMode":"ON_DEMAND"},"Tags":{"team":7},"KeyId":"none"}"""));

    [Fact]
    public async Task A_stream_that_is_there_keeps_its_mode_where_nothing_is_said()
    {
        await Gateway.StreamAsync();
        (await Gateway.CallAsync("CreateStream", new { StreamName = "o" })).AssertOk();

        Assert.Empty(await ProblemsAsync("""{"StreamName":"s"}"""));
        Assert.Empty(await ProblemsAsync("""{"StreamName":"o","ShardCount":3,"StreamModeDetails":{"StreamMode":"PROVISIONED"}}"""));
        Assert.Equal(
            ["ShardCount: must not be given for a stream in ON_DEMAND mode, which counts its shards itself."], await ProblemsAsync("""{"StreamName":"o","ShardCount":3}"""));
        Assert.Equal(
            ["ShardCount: is 10001; a stream that is there can be scaled to 10000 shards at most."], await ProblemsAsync("""{"StreamName":"s","ShardCount":10001}"""));
        Assert.Equal(
            ["ShardCount: must be given for a stream in PROVISIONED mode."], await ProblemsAsync("""{"StreamName":"p","StreamModeDetails":{"StreamMode":"PROVISIONED"}}"""));
    }

    [Fact]
    public async Task Tags_that_are_there_count()
    {
        var many = new JsonObject(Enumerable.Range(0, StreamChanges.TagsMax).Select(i => KeyValuePair.Create($"k{i}", (JsonNode?)"v")));
        (await Gateway.CallAsync("CreateStream", new JsonObject { ["StreamName"] = "s", ["ShardCount"] = 1, ["Tags"] = many }.ToJsonString())).AssertOk();

        Assert.Empty(await ProblemsAsync("""{"StreamName":"s","Tags":{"k1":"w"}}"""));
        Assert.StartsWith("Tags: Failed to add tags to stream s", Assert.Single(await ProblemsAsync("""{"StreamName":"s","Tags":{"more":"w"}}""")), StringComparison.Ordinal);
    }

    private async Task<List<string>> ProblemsAsync(string request) =>
        [.. (await Gateway.CallAsync("CheckStream", request)).AssertOk()["Problems"]!.AsArray().Select(p => $"{p!["Path"]}: {p["Text"]}")];
}
