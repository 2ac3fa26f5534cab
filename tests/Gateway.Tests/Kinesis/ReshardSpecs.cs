using ActorStreams.Gateway.Hosting;
using ActorStreams.Gateway.Limits;
using ActorStreams.Shards.Streams;
using ActorStreams.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace ActorStreams.Gateway.Tests.Kinesis;

/// <summary>SplitShard, MergeShards and UpdateShardCount.</summary>
public class ReshardSpecs : GatewaySpecs
{
    private const string Last = "340282366920938463463374607431768211455";
    private const string Middle = "170141183460469231731687303715884105728";

    [Fact]
    public async Task A_shard_is_split_at_a_key_and_its_children_merged_again()
    {
        await Gateway.StreamAsync();

        var split = await SplitAsync("0", Middle);
        Assert.Equal((200, ""), (split.Status, split.Body));
        Assert.Equal($"0-:0-{Last} 1-0:0-170141183460469231731687303715884105727 2-0:{Middle}-{Last}", await ShardsAsync());

        var merge = await MergeAsync("shardId-000000000001", "x-2");
        Assert.Equal((200, ""), (merge.Status, merge.Body));
        Assert.EndsWith($" 3-1,2:0-{Last}", await ShardsAsync());
    }

    [Theory]
    [InlineData("0", false)]
    [InlineData("1", false)]
    [InlineData("2", true)]
    [InlineData("340282366920938463463374607431768211454", true)]
    [InlineData(Last, false)]
    [InlineData("340282366920938463463374607431768211456", false)]
    [InlineData("999999999999999999999999999999999999999", false)]
    public async Task A_key_leaves_both_children_room(string key, bool isTaken)
    {
        await Gateway.StreamAsync();

        var answer = await SplitAsync("0", key);

        if (isTaken)
        {
            answer.AssertOk();
            return;
        }
        answer.AssertError(
            "InvalidArgumentException",
            $"NewStartingHashKey {key} used in SplitShard() on shard shardId-000000000000 in stream s under account {Account} is not both "
            + $"greater than one plus the shard's StartingHashKey 0 and less than the shard's EndingHashKey {Last}.");
    }

    [Theory]
    [InlineData("shardId-x", "shardId-x")]
    [InlineData("2147483648", "2147483648")]
    [InlineData("shardId-000000000007", "shardId-000000000007")]
    [InlineData("7", "shardId-000000000007")]
    public async Task A_shard_that_is_not_there_is_named(string id, string named)
    {
        await Gateway.StreamAsync();
        var message = $"Could not find shard {named} in stream s under account {Account}.";

        (await SplitAsync(id, "99")).AssertError("ResourceNotFoundException", message);
        (await MergeAsync(id, "0")).AssertError("ResourceNotFoundException", message);
        (await MergeAsync("0", id)).AssertError("ResourceNotFoundException", message);
    }

    [Fact]
    public async Task A_closed_shard_takes_no_part()
    {
        await Gateway.StreamAsync();
        (await SplitAsync("0", Middle)).AssertOk();
        var message = $"Shard shardId-000000000000 in stream s under account {Account} has already been merged or split, and thus is not "
            + "eligible for merging or splitting.";

        (await SplitAsync("0", "99")).AssertError("InvalidArgumentException", message);
        (await MergeAsync("0", "1")).AssertError("InvalidArgumentException", message);
        (await MergeAsync("2", "0")).AssertError("InvalidArgumentException", message);
    }

    [Theory]
    [InlineData("1", "0")]
    [InlineData("0", "2")]
    [InlineData("1", "1")]
    public async Task Shards_that_do_not_touch_in_order_are_not_merged(string first, string second)
    {
        await Gateway.StreamAsync(shards: 3);

        (await MergeAsync(first, second)).AssertError(
            "InvalidArgumentException",
            $"Shards shardId-00000000000{first} and shardId-00000000000{second} in stream s under account {Account} are not an adjacent pair "
            + "of shards eligible for merging");
    }

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

        (await SplitAsync("0", "99")).AssertError("ValidationException", message);
        (await MergeAsync("0", "1")).AssertError("ValidationException", message);
        (await ScaleAsync(2)).AssertError("ValidationException", message);
        (await ScaleAsync(int.MaxValue)).AssertError("ValidationException", message);
    }

    [Fact]
    public async Task The_quota_is_told_before_what_is_wrong_with_the_key()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var small = await GatewayHost.StartAsync(new GatewayOptions(), new InMemoryStreams(time, shardQuota: 2), time, ContentType);
        await small.StreamAsync(shards: 2);
        var message = $"This request would exceed the shard limit for the account {Account} in {GatewayHost.Region}. Current shard count for the "
            + "account: 2. Limit: 2. Number of additional shards that would have resulted from this request: 1. Refer to the AWS Service "
            + "Limits page (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits and how to request "
            + "higher limits.";

        (await SplitAsync("0", "99", small)).AssertError("LimitExceededException", message);
        (await SplitAsync("0", "1", small)).AssertError("LimitExceededException", message);
        (await ScaleAsync(3, small)).AssertError("LimitExceededException", message);
        (await SplitAsync("9", "1", small)).AssertError(
            "ResourceNotFoundException", $"Could not find shard shardId-000000000009 in stream s under account {Account}.");
    }

    [Fact]
    public async Task Violations_are_all_listed()
    {
        AssertViolations(await Gateway.CallAsync("SplitShard", "{}"), Null("newStartingHashKey"), Null("shardToSplit"));
        AssertViolations(await Gateway.CallAsync("MergeShards", "{}"), Null("shardToMerge"), Null("adjacentShardToMerge"));
        AssertViolations(await Gateway.CallAsync("UpdateShardCount", "{}"), Null("scalingType"), Null("targetShardCount"));
        AssertViolations(
            await SplitAsync("a b", "-1"),
            Fails("-1", "newStartingHashKey", @"Member must satisfy regular expression pattern: 0|([1-9]\d{0,38})"),
            Fails("a b", "shardToSplit", NamePattern));
        AssertViolations(
            await Gateway.CallAsync("UpdateShardCount", new { StreamName = "s", ScalingType = "FAST", TargetShardCount = 0 }),
            Fails("FAST", "scalingType", "Member must satisfy enum value set: [UNIFORM_SCALING]"),
            Fails("0", "targetShardCount", ValueAtLeast(1)));
    }

    private Task<Answer> SplitAsync(string shard, string key, GatewayHost? host = null) =>
        (host ?? Gateway).CallAsync("SplitShard", new { StreamName = "s", ShardToSplit = shard, NewStartingHashKey = key });

    private Task<Answer> MergeAsync(string shard, string adjacent) =>
        Gateway.CallAsync("MergeShards", new { StreamName = "s", ShardToMerge = shard, AdjacentShardToMerge = adjacent });

    private Task<Answer> ScaleAsync(int count, GatewayHost? host = null) =>
        (host ?? Gateway).CallAsync("UpdateShardCount", new { StreamName = "s", ScalingType = "UNIFORM_SCALING", TargetShardCount = count });

    private async Task<string> ShardsAsync()
    {
        var shards = (await Gateway.CallAsync("ListShards", new { StreamName = "s" })).AssertOk()["Shards"]!.AsArray();
        return string.Join(' ', shards.Select(s =>
        {
            var parents = ((string?[])[(string?)s!["ParentShardId"], (string?)s["AdjacentParentShardId"]]).OfType<string>();
            return $"{Short((string)s["ShardId"]!)}-{string.Join(',', parents.Select(Short))}:"
                + $"{s["HashKeyRange"]!["StartingHashKey"]}-{s["HashKeyRange"]!["EndingHashKey"]}";
        }));
    }

    private static string Short(string id) => ShardIds.TryParse(id, out var number) ? $"{number}" : id;
}
