using ActorStreams.Gateway.Hosting;
using ActorStreams.Gateway.Limits;
using ActorStreams.Shards.Streams;
using ActorStreams.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace ActorStreams.Gateway.Tests.Kinesis;

public class UpdateShardCountSpecs : GatewaySpecs
{
    [Theory]
    [InlineData(2, 4, 6)]
    [InlineData(4, 2, 6)]
    [InlineData(5, 3, 7)]
    [InlineData(10, 13, 37)]
    [InlineData(3, 3, 3)]
    public async Task A_count_of_shards_is_reached_by_splits_and_merges(int from, int to, int inAll)
    {
        await Gateway.StreamAsync(shards: from);

        var answer = (await ScaleAsync(to)).AssertOk();

        Assert.Equal(
            $"{{\"StreamName\":\"s\",\"CurrentShardCount\":{from},\"TargetShardCount\":{to},\"StreamARN\":\"{GatewayHost.ArnOf("s")}\"}}",
            answer.ToJsonString());
        var stream = Gateway.Streams.Describe(new StreamId(GatewayHost.Region, "s"));
        Assert.Equal((to, inAll), (stream.OpenShards, stream.Shards.Length));
    }

    [Fact]
    public async Task In_open_mode_a_count_may_be_any_up_to_ten_thousand()
    {
        await Gateway.StreamAsync();

        (await ScaleAsync(9)).AssertOk();
        (await ScaleAsync(1)).AssertOk();
        (await ScaleAsync(10_001)).AssertError(
            "LimitExceededException", "UpdateShardCount cannot scale to more than 10000 shards. Target shard count: 10001");
    }

    [Fact]
    public async Task In_compat_mode_it_is_double_or_half_at_most_and_ten_times_a_day()
    {
        await using var compat = await GatewayHost.StartAsync(new GatewayOptions { Limits = LimitsMode.Compat }, contentType: ContentType);
        await compat.StreamAsync(shards: 4);

        (await ScaleAsync(9, compat)).AssertError(
            "InvalidArgumentException",
            "UpdateShardCount cannot scale up over double your current open shard count. Current open shard count: 4 Target shard count: 9");
        (await ScaleAsync(1, compat)).AssertError(
            "InvalidArgumentException",
            "UpdateShardCount cannot scale down below half your current open shard count. Current open shard count: 4 Target shard count: 1");
        for (var i = 0; i < 10; i++)
        {
            compat.Time.Advance(TimeSpan.FromMinutes(1));
            (await ScaleAsync(i % 2 == 0 ? 8 : 4, compat)).AssertOk();
        }
        (await ScaleAsync(8, compat)).AssertError(
            "LimitExceededException",
            $"Stream s under account {Account} has been through UpdateShardCount 10 times within 24 hours, as often as it may.");
        compat.Time.Advance(TimeSpan.FromDays(1));
        (await ScaleAsync(8, compat)).AssertOk();
    }

    [Fact]
    public async Task An_on_demand_stream_is_left_to_itself()
    {
        (await Gateway.CallAsync("CreateStream", new { StreamName = "s" })).AssertOk();
        var message = $"Request is invalid. Stream s under account {Account} is in On-Demand mode.";

        (await ScaleAsync(2)).AssertError("ValidationException", message);
        (await ScaleAsync(int.MaxValue)).AssertError("ValidationException", message);
    }

    [Fact]
    public async Task The_shard_quota_holds()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var small = await GatewayHost.StartAsync(new GatewayOptions(), new InMemoryStreams(time, shardQuota: 2), time, ContentType);
        await small.StreamAsync(shards: 2);
        var message = $"This request would exceed the shard limit for the account {Account} in {GatewayHost.Region}. Current shard count for the "
            + "account: 2. Limit: 2. Number of additional shards that would have resulted from this request: 1. Refer to the AWS Service "
            + "Limits page (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits and how to request "
            + "higher limits.";

        (await ScaleAsync(3, small)).AssertError("LimitExceededException", message);
    }

    [Fact]
    public async Task Violations_are_all_listed()
    {
        AssertViolations(await Gateway.CallAsync("UpdateShardCount", "{}"), Null("scalingType"), Null("targetShardCount"));
        AssertViolations(
            await Gateway.CallAsync("UpdateShardCount", new { StreamName = "s", ScalingType = "FAST", TargetShardCount = 0 }),
            Fails("FAST", "scalingType", "Member must satisfy enum value set: [UNIFORM_SCALING]"),
            Fails("0", "targetShardCount", ValueAtLeast(1)));
    }

    private Task<Answer> ScaleAsync(int count, GatewayHost? host = null) =>
        (host ?? Gateway).CallAsync("UpdateShardCount", new { StreamName = "s", ScalingType = "UNIFORM_SCALING", TargetShardCount = count });
}
