using ActorStreams.Gateway.Hosting;
using ActorStreams.Shards.Streams;
using ActorStreams.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace ActorStreams.Gateway.Tests.Kinesis;

public class SplitShardSpecs : GatewaySpecs
{
    private const string Last = "340282366920938463463374607431768211455";
    private const string Middle = "170141183460469231731687303715884105728";

    [Fact]
    public async Task A_shard_is_split_at_a_key()
    {
        await Gateway.StreamAsync();

        var split = await SplitAsync("0", Middle);
        Assert.Equal((200, ""), (split.Status, split.Body));
        Assert.Equal($"0-:0-{Last} 1-0:0-170141183460469231731687303715884105727 2-0:{Middle}-{Last}", await ShardsAsync());
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
    }

    [Fact]
    public async Task A_closed_shard_takes_no_part()
    {
        await Gateway.StreamAsync();
        (await SplitAsync("0", Middle)).AssertOk();
        var message = $"Shard shardId-000000000000 in stream s under account {Account} has already been merged or split, and thus is not "
            + "eligible for merging or splitting.";

        (await SplitAsync("0", "99")).AssertError("InvalidArgumentException", message);
    }

    [Fact]
    public async Task An_on_demand_stream_is_left_to_itself()
    {
        (await Gateway.CallAsync("CreateStream", new { StreamName = "s" })).AssertOk();
        var message = $"Request is invalid. Stream s under account {Account} is in On-Demand mode.";

        (await SplitAsync("0", "99")).AssertError("ValidationException", message);
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
        (await SplitAsync("9", "1", small)).AssertError(
            "ResourceNotFoundException", $"Could not find shard shardId-000000000009 in stream s under account {Account}.");
    }

    [Fact]
    public async Task Violations_are_all_listed()
    {
        AssertViolations(await Gateway.CallAsync("SplitShard", "{}"), Null("newStartingHashKey"), Null("shardToSplit"));
        AssertViolations(
            await SplitAsync("a b", "-1"),
            Fails("-1", "newStartingHashKey", @"Member must satisfy regular expression pattern: 0|([1-9]\d{0,38})"),
            Fails("a b", "shardToSplit", NamePattern));
    }

    private Task<Answer> SplitAsync(string shard, string key, GatewayHost? host = null) =>
        (host ?? Gateway).CallAsync("SplitShard", new { StreamName = "s", ShardToSplit = shard, NewStartingHashKey = key });

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
