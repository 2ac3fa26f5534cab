using ActorStreams.Gateway.Hosting;
using ActorStreams.Gateway.Limits;

namespace ActorStreams.Gateway.Tests.Kinesis;

/// <summary>UpdateStreamMode, UpdateMaxRecordSize, UpdateStreamWarmThroughput and UpdateStreamRecordDistributionStrategy.</summary>
public class StreamModeSpecs : GatewaySpecs
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
    public async Task Warm_throughput_is_for_on_demand_streams()
    {
        (await Gateway.CallAsync("CreateStream", new { StreamName = "s", WarmThroughputMiBps = 10_240 })).AssertOk();
        await Gateway.StreamAsync("p");

        var answer = (await Gateway.CallAsync("UpdateStreamWarmThroughput", new { StreamName = "s", WarmThroughputMiBps = 7 })).AssertOk();
        Assert.Equal(
            $"{{\"StreamARN\":\"{s_arn}\",\"StreamName\":\"s\",\"WarmThroughput\":{{\"TargetMiBps\":7,\"CurrentMiBps\":4}}}}", answer.ToJsonString());
        Assert.Equal(7, (int)(await Gateway.SummaryAsync())["WarmThroughput"]!["TargetMiBps"]!);
        (await Gateway.CallAsync("UpdateStreamWarmThroughput", new { StreamName = "s", WarmThroughputMiBps = 0 })).AssertOk();
        Assert.Null((await Gateway.SummaryAsync())["WarmThroughput"]);

        (await Gateway.CallAsync("UpdateStreamWarmThroughput", new { StreamName = "s", WarmThroughputMiBps = 10_241 }))
            .AssertError("InvalidArgumentException", "WarmThroughputMiBps 10241 is above 10240.");
        (await Gateway.CallAsync("UpdateStreamWarmThroughput", new { StreamName = "p", WarmThroughputMiBps = 1 }))
            .AssertError("ValidationException", $"Request is invalid. Stream p under account {Account} is in Provisioned mode.");
        (await Gateway.CallAsync("CreateStream", new { StreamName = "t", ShardCount = 1, WarmThroughputMiBps = 1 }))
            .AssertError("InvalidArgumentException", "WarmThroughputMiBps must not be given for a stream in PROVISIONED mode.");
        (await SetModeAsync("PROVISIONED", 1))
            .AssertError("InvalidArgumentException", "WarmThroughputMiBps must not be given for a stream in PROVISIONED mode.");
        AssertViolations(
            await Gateway.CallAsync("UpdateStreamWarmThroughput", new { StreamName = "s", WarmThroughputMiBps = -1 }),
            Fails("-1", "warmThroughputMiBps", ValueAtLeast(0)));
        AssertViolations(await Gateway.CallAsync("UpdateStreamWarmThroughput", new { StreamName = "s" }), Null("warmThroughputMiBps"));
    }

    [Fact]
    public async Task Records_may_grow_with_the_stream_they_go_to()
    {
        await Gateway.StreamAsync();
        var data = Convert.ToBase64String(new byte[2 * 1024 * 1024]);
        Assert.Equal(400, (await Gateway.CallAsync("PutRecord", new { StreamName = "s", PartitionKey = "k", Data = data })).Status);

        var answer = await Gateway.CallAsync("UpdateMaxRecordSize", new { StreamARN = s_arn, MaxRecordSizeInKiB = 10_240 });

        Assert.Equal((200, ""), (answer.Status, answer.Body));
        Assert.Equal(10_240, (int)(await Gateway.SummaryAsync())["MaxRecordSizeInKiB"]!);
        (await Gateway.CallAsync("PutRecord", new { StreamName = "s", PartitionKey = "k", Data = data })).AssertOk();
        (await Gateway.CallAsync("UpdateMaxRecordSize", new { StreamARN = s_arn, MaxRecordSizeInKiB = 1024 })).AssertOk();
        AssertViolations(
            await Gateway.CallAsync("UpdateMaxRecordSize", new { StreamARN = s_arn, MaxRecordSizeInKiB = 1023 }),
            Fails("1023", "maxRecordSizeInKiB", ValueAtLeast(1024)));
        AssertViolations(
            await Gateway.CallAsync("UpdateMaxRecordSize", new { StreamARN = s_arn, MaxRecordSizeInKiB = 10_241 }),
            Fails("10241", "maxRecordSizeInKiB", ValueAtMost(10_240)));
        AssertViolations(await Gateway.CallAsync("UpdateMaxRecordSize", new { StreamARN = s_arn }), Null("maxRecordSizeInKiB"));
    }

    [Fact]
    public async Task Records_go_where_their_keys_say_and_nowhere_else()
    {
        (await Gateway.CallAsync("CreateStream", new { StreamName = "s" })).AssertOk();
        await Gateway.StreamAsync("p");

        (await DistributeAsync("s", "USER_PARTITION_KEY")).AssertOk();
        (await DistributeAsync("s", "AUTO")).AssertError(
            "InvalidArgumentException",
            "RecordDistributionStrategy AUTO is not served here: records go where their partition keys say, as with USER_PARTITION_KEY.");
        (await DistributeAsync("p", "USER_PARTITION_KEY"))
            .AssertError("ValidationException", $"Request is invalid. Stream p under account {Account} is in Provisioned mode.");
        (await DistributeAsync("nope", "AUTO")).AssertError("ResourceNotFoundException", $"Stream nope under account {Account} not found.");
        AssertViolations(
            await DistributeAsync("s", "ANY"),
            Fails("ANY", "recordDistributionStrategy", "Member must satisfy enum value set: [AUTO, USER_PARTITION_KEY]"));
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

    private Task<Answer> DistributeAsync(string stream, string strategy) => Gateway.CallAsync(
        "UpdateStreamRecordDistributionStrategy", new { StreamARN = GatewayHost.ArnOf(stream), RecordDistributionStrategy = strategy });
}
