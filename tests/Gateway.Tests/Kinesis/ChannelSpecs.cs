namespace ActorStreams.Gateway.Tests.Kinesis;

/// <summary>CreateChannel, DeleteChannel, DescribeChannel, ListChannels and UpdateChannel.</summary>
public class ChannelSpecs : GatewaySpecs
{
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
