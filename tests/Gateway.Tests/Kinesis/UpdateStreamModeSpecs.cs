using ActorStreams.Gateway.Hosting;
using ActorStreams.Gateway.Limits;

namespace ActorStreams.Gateway.Tests.Kinesis;

public class UpdateStreamModeSpecs : GatewaySpecs
{
    private static readonly string s_arn = GatewayHost.ArnOf("s");

    [Fact]
    public async Task A_mode_changes_and_its_warm_throughput_with_it()
    {
        await Gateway.StreamAsync();

        var answer = await SetModeAsync("ON_DEMAND", 20);
        Assert.Equal((200, ""), (answer.Status, answer.Body));
        var summary = await Gateway.SummaryAsync();
        Assert.Equal("ON_DEMAND", (string)summary["StreamModeDetails"]!["StreamMode"]!);
        Assert.Equal("{\"TargetMiBps\":20,\"CurrentMiBps\":1}", summary["WarmThroughput"]!.ToJsonString());
        Assert.Equal("USER_PARTITION_KEY", (string)summary["RecordDistributionStrategy"]!);

        (await SetModeAsync("PROVISIONED")).AssertOk();
        summary = await Gateway.SummaryAsync();
        Assert.Equal("PROVISIONED", (string)summary["StreamModeDetails"]!["StreamMode"]!);
        Assert.Null(summary["WarmThroughput"]);
        Assert.Null(summary["RecordDistributionStrategy"]);
    }

    [Fact]
    public async Task In_compat_mode_it_changes_twice_a_day()
    {
        await using var compat = await GatewayHost.StartAsync(new GatewayOptions { Limits = LimitsMode.Compat }, contentType: ContentType);
        await compat.StreamAsync();
        (await SetModeAsync("ON_DEMAND", host: compat)).AssertOk();
        (await SetModeAsync("PROVISIONED", host: compat)).AssertOk();

        (await SetModeAsync("PROVISIONED", host: compat)).AssertOk();
        (await SetModeAsync("ON_DEMAND", host: compat)).AssertError(
            "LimitExceededException",
            $"Stream s under account {Account} has been through UpdateStreamMode 2 times within 24 hours, as often as it may.");
    }

    [Fact]
    public async Task Violations_are_listed()
    {
        AssertViolations(await Gateway.CallAsync("UpdateStreamMode", "{}"), Null("streamModeDetails"), Null("streamARN"));
        AssertViolations(
            await SetModeAsync("FAST"), Fails("FAST", "streamModeDetails.streamMode", "Member must satisfy enum value set: [PROVISIONED, ON_DEMAND]"));
    }

    private Task<Answer> SetModeAsync(string mode, int? warm = null, GatewayHost? host = null) => (host ?? Gateway).CallAsync(
        "UpdateStreamMode", new { StreamARN = s_arn, StreamModeDetails = new { StreamMode = mode }, WarmThroughputMiBps = warm });
}
