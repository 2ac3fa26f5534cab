namespace ActorStreams.Gateway.Tests.Kinesis;

/// <summary>UpdateStreamWarmThroughput, and the member of that name in CreateStream and UpdateStreamMode.</summary>
public class UpdateStreamWarmThroughputSpecs : GatewaySpecs
{
    private static readonly string s_arn = GatewayHost.ArnOf("s");

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
        (await Gateway.CallAsync(
            "UpdateStreamMode", new { StreamARN = s_arn, StreamModeDetails = new { StreamMode = "PROVISIONED" }, WarmThroughputMiBps = 1 }))
            .AssertError("InvalidArgumentException", "WarmThroughputMiBps must not be given for a stream in PROVISIONED mode.");
        AssertViolations(
            await Gateway.CallAsync("UpdateStreamWarmThroughput", new { StreamName = "s", WarmThroughputMiBps = -1 }),
            Fails("-1", "warmThroughputMiBps", ValueAtLeast(0)));
        AssertViolations(await Gateway.CallAsync("UpdateStreamWarmThroughput", new { StreamName = "s" }), Null("warmThroughputMiBps"));
    }
}
