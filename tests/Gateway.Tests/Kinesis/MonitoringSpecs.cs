using System.Text.Json.Nodes;

namespace ActorStreams.Gateway.Tests.Kinesis;

/// <summary>EnableEnhancedMonitoring and DisableEnhancedMonitoring.</summary>
public class MonitoringSpecs : GatewaySpecs
{
    private const string All = "IncomingBytes IncomingRecords OutgoingBytes OutgoingRecords WriteProvisionedThroughputExceeded "
        + "ReadProvisionedThroughputExceeded IteratorAgeMilliseconds";

    [Fact]
    public async Task Metrics_are_switched_on_and_off_and_told_before_and_after()
    {
        await Gateway.StreamAsync();

        Assert.Equal(("", "IncomingBytes OutgoingRecords"), await SetAsync("Enable", "OutgoingRecords", "IncomingBytes"));
        Assert.Equal(("IncomingBytes OutgoingRecords", All), await SetAsync("Enable", "ALL"));
        Assert.Equal((All, "IncomingRecords OutgoingBytes OutgoingRecords IteratorAgeMilliseconds"),
            await SetAsync("Disable", "IncomingBytes", "WriteProvisionedThroughputExceeded", "ReadProvisionedThroughputExceeded"));
        Assert.Equal(
            "[{\"ShardLevelMetrics\":[\"IncomingRecords\",\"OutgoingBytes\",\"OutgoingRecords\",\"IteratorAgeMilliseconds\"]}]",
            (await Gateway.SummaryAsync())["EnhancedMonitoring"]!.ToJsonString());
        Assert.Equal(("IncomingRecords OutgoingBytes OutgoingRecords IteratorAgeMilliseconds", ""), await SetAsync("Disable", "ALL"));
        Assert.Equal(("", ""), await SetAsync("Disable", "ALL"));
    }

    [Theory]
    [InlineData("EnableEnhancedMonitoring")]
    [InlineData("DisableEnhancedMonitoring")]
    public async Task Violations_are_listed(string operation)
    {
        var set = "Member must satisfy constraint: [Member must satisfy enum value set: [IncomingBytes, IncomingRecords, OutgoingBytes, "
            + "OutgoingRecords, WriteProvisionedThroughputExceeded, ReadProvisionedThroughputExceeded, IteratorAgeMilliseconds, ALL]]";

        AssertViolations(await Gateway.CallAsync(operation, new { StreamName = "s" }), Null("shardLevelMetrics"));
        AssertViolations(
            await Gateway.CallAsync(operation, new { StreamName = "s", ShardLevelMetrics = (string[])[] }), Fails("[]", "shardLevelMetrics", NotEmpty));
        AssertViolations(
            await Gateway.CallAsync(operation, new { StreamName = "s", ShardLevelMetrics = (string[])["ALL", "Some"] }),
            Fails("[ALL, Some]", "shardLevelMetrics", set));
        AssertViolations(
            await Gateway.CallAsync(operation, new { StreamName = "s", ShardLevelMetrics = Enumerable.Repeat("ALL", 8) }),
            Fails($"[{string.Join(", ", Enumerable.Repeat("ALL", 8))}]", "shardLevelMetrics", AtMost(7)));
    }

    private async Task<(string Before, string After)> SetAsync(string what, params string[] metrics)
    {
        var answer = (await Gateway.CallAsync($"{what}EnhancedMonitoring", new { StreamName = "s", ShardLevelMetrics = metrics })).AssertOk();
        Assert.Equal(("s", GatewayHost.ArnOf("s")), ((string)answer["StreamName"]!, (string)answer["StreamARN"]!));
        return (Names(answer["CurrentShardLevelMetrics"]!), Names(answer["DesiredShardLevelMetrics"]!));
    }

    private static string Names(JsonNode list) => string.Join(' ', list.AsArray().Select(n => (string)n!));
}
