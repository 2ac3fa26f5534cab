using ActorStreams.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace ActorStreams.Gateway.Tests.Kinesis;

/// <summary>DescribeLimits, DescribeAccountSettings and UpdateAccountSettings; the operations on channels.</summary>
public class AccountSpecs : GatewaySpecs
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

    [Fact]
    public async Task Nothing_is_billed_so_there_is_no_commitment()
    {
        const string Settings = "{\"MinimumThroughputBillingCommitment\":{\"Status\":\"DISABLED\"}}";

        Assert.Equal(Settings, (await Gateway.CallAsync("DescribeAccountSettings", "{}")).AssertOk().ToJsonString());
        Assert.Equal(Settings, (await Gateway.CallAsync("UpdateAccountSettings", Settings)).AssertOk().ToJsonString());
        (await Gateway.CallAsync("UpdateAccountSettings", Settings.Replace("DIS", "EN"))).AssertError(
            "ValidationException",
            "MinimumThroughputBillingCommitment cannot be ENABLED: nothing is billed here. What it unlocks on AWS, warm throughput, is there without it.");
        AssertViolations(await Gateway.CallAsync("UpdateAccountSettings", "{}"), Null("minimumThroughputBillingCommitment"));
        AssertViolations(
            await Gateway.CallAsync("UpdateAccountSettings", "{\"MinimumThroughputBillingCommitment\":{\"Status\":\"MAYBE\"}}"),
            Fails("MAYBE", "minimumThroughputBillingCommitment.status", "Member must satisfy enum value set: [ENABLED, DISABLED]"));
    }

    [Fact]
    public async Task There_are_no_channels()
    {
        Assert.Equal("{\"ChannelSummaries\":[]}", (await Gateway.CallAsync("ListChannels", "{}")).AssertOk().ToJsonString());
        (await Gateway.CallAsync("ListChannels", new { NextToken = "x" })).AssertError("InvalidArgumentException", "Invalid NextToken.");
        (await Gateway.CallAsync("CreateChannel", new { ChannelName = "c" }))
            .AssertError("InvalidArgumentException", "Channel c cannot be created: channels are not served here.");
        AssertViolations(await Gateway.CallAsync("CreateChannel", "{}"), Null("channelName"));
    }

    [Theory]
    [InlineData("DeleteChannel")]
    [InlineData("DescribeChannel")]
    [InlineData("UpdateChannel")]
    public async Task No_channel_is_found(string operation)
    {
        (await Gateway.CallAsync(operation, new { ChannelARN = "arn:x" }))
            .AssertError("ResourceNotFoundException", $"Channel arn:x, account {Account} not found.");
        AssertViolations(await Gateway.CallAsync(operation, "{}"), Null("channelARN"));
    }
}
