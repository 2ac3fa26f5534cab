using ActorStreams.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace ActorStreams.Gateway.Tests.Kinesis;

public class DescribeLimitsSpecs : GatewaySpecs
{
    [Fact]
    public async Task Limits_are_told_with_what_is_used_of_them()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var host = await GatewayHost.StartAsync(streams: new InMemoryStreams(time, shardQuota: 20), time: time, contentType: ContentType);
        await host.StreamAsync(shards: 3);
        (await host.CallAsync("CreateStream", new { StreamName = "o" })).AssertOk();
        await host.CallAsync("CreateStream", new { StreamName = "elsewhere", ShardCount = 9 }, region: "us-east-1");

        Assert.Equal(
            "{\"ShardLimit\":20,\"OpenShardCount\":7,\"OnDemandStreamCount\":1,\"OnDemandStreamCountLimit\":50}",
            (await host.CallAsync("DescribeLimits", "{}")).AssertOk().ToJsonString());
        (await host.CallAsync("DescribeLimits", "{\"Unknown\":1}")).AssertOk();
        host.Streams.IsUnavailable = true;
        (await host.CallAsync("DescribeLimits", "{}")).AssertError("InternalFailure", null, 500);
    }
}
