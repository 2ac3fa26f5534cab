using ActorStreams.Gateway.Auth;
using ActorStreams.Gateway.Hosting;
using ActorStreams.Gateway.Kinesis;
using ActorStreams.Gateway.Limits;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Streams;
using Microsoft.AspNetCore.Http;

namespace ActorStreams.Gateway.Tests.Limits;

/// <summary>Calls a second of an account in a region, and of a stream.</summary>
public sealed class CompatCallSpecs : GatewaySpecs
{
    public override Task InitializeAsync() => StartAsync(new GatewayOptions { Limits = LimitsMode.Compat });

    [Theory]
    [InlineData("ListStreams", "{}", 5)]
    [InlineData("CreateStream", "{\"StreamName\":\"s\",\"ShardCount\":1}", 5)]
    [InlineData("DeleteStream", "{\"StreamName\":\"s\"}", 5)]
    [InlineData("DescribeStream", "{\"StreamName\":\"s\"}", 10)]
    [InlineData("DescribeStreamSummary", "{\"StreamName\":\"s\"}", 20)]
    public async Task An_operation_takes_so_many_calls_a_second_whatever_they_answer(string operation, string body, int perSecond)
    {
        for (var i = 0; i < perSecond; i++)
            Assert.NotEqual("LimitExceededException", Error(await Gateway.CallAsync(operation, body)));

        AssertThrottled(await Gateway.CallAsync(operation, body), operation, perSecond);

        Assert.NotEqual("LimitExceededException", Error(await Gateway.CallAsync(operation, body, region: "us-east-1")));
        Gateway.Time.Advance(TimeSpan.FromSeconds(1.0 / perSecond));
        Assert.NotEqual("LimitExceededException", Error(await Gateway.CallAsync(operation, body)));
        AssertThrottled(await Gateway.CallAsync(operation, body), operation, perSecond);
    }

    [Fact]
    public async Task Shards_of_a_stream_are_listed_a_thousand_times_a_second()
    {
        await Gateway.StreamAsync();
        await Gateway.StreamAsync("t");
        for (var i = 0; i < 1_000; i++) (await Gateway.CallAsync("ListShards", "{\"StreamName\":\"s\"}")).AssertOk();

        (await Gateway.CallAsync("ListShards", "{\"StreamName\":\"s\"}")).AssertError(
            "LimitExceededException", "Rate exceeded for stream s under account 000000000000.");

        (await Gateway.CallAsync("ListShards", "{\"StreamName\":\"t\"}")).AssertOk();
    }

    [Fact]
    public void A_consumer_subscribes_to_a_shard_once_a_second()
    {
        var limits = new CompatLimits(Gateway.Time);
        var stream = new StreamId(GatewayHost.Region, "s");
        var shard = new ShardKey(GatewayHost.Region, new Incarnation(1), 0);
        var call = new ApiCall(
            new DefaultHttpContext(), "SubscribeToShard", new Caller("k", Account, "u", IsTrusted: true), GatewayHost.Region, Account, default,
            WireEncoding.Json);
        limits.TakeSubscription("c", shard, stream, call);

        var refused = Assert.Throws<ApiException>(() => limits.TakeSubscription("c", shard, stream, call));

        Assert.Equal(
            ("LimitExceededException", "Rate exceeded for shard shardId-000000000000 in stream s under account 000000000000."),
            (refused.Type, refused.Detail));
        limits.TakeSubscription("d", shard, stream, call);
        limits.TakeSubscription("c", shard with { Shard = 1 }, stream, call);
        Gateway.Time.Advance(TimeSpan.FromSeconds(1));
        limits.TakeSubscription("c", shard, stream, call);
    }

    private static void AssertThrottled(Answer answer, string operation, int perSecond) => answer.AssertError(
        "LimitExceededException", $"Rate exceeded for streams under account 000000000000: {operation} takes {perSecond} calls a second.");

    private static string? Error(Answer answer) => answer.Status == 200 ? null : (string?)answer.Json["__type"];
}
