namespace ActorStreams.Gateway.Tests.Kinesis;

public class MergeShardsSpecs : GatewaySpecs
{
    private const string Last = "340282366920938463463374607431768211455";
    private const string Middle = "170141183460469231731687303715884105728";

    [Fact]
    public async Task Two_shards_become_one_that_has_both_as_parents()
    {
        await Gateway.StreamAsync(shards: 2);

        var answer = await MergeAsync("shardId-000000000000", "x-1");

        Assert.Equal((200, ""), (answer.Status, answer.Body));
        var shards = (await Gateway.CallAsync("ListShards", new { StreamName = "s" })).AssertOk()["Shards"]!.AsArray();
        Assert.All(shards.Take(2), s => Assert.NotNull(s!["SequenceNumberRange"]!["EndingSequenceNumber"]));
        var child = shards[2]!;
        Assert.Equal(
            ("shardId-000000000002", "shardId-000000000000", "shardId-000000000001"),
            ((string)child["ShardId"]!, (string)child["ParentShardId"]!, (string)child["AdjacentParentShardId"]!));
        Assert.Equal($"{{\"StartingHashKey\":\"0\",\"EndingHashKey\":\"{Last}\"}}", child["HashKeyRange"]!.ToJsonString());
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
    [InlineData("shardId-x", "shardId-x")]
    [InlineData("2147483648", "2147483648")]
    [InlineData("shardId-000000000007", "shardId-000000000007")]
    [InlineData("7", "shardId-000000000007")]
    public async Task A_shard_that_is_not_there_is_named(string id, string named)
    {
        await Gateway.StreamAsync();
        var message = $"Could not find shard {named} in stream s under account {Account}.";

        (await MergeAsync(id, "0")).AssertError("ResourceNotFoundException", message);
        (await MergeAsync("0", id)).AssertError("ResourceNotFoundException", message);
    }

    [Fact]
    public async Task A_closed_shard_takes_no_part()
    {
        await Gateway.StreamAsync();
        (await Gateway.CallAsync("SplitShard", new { StreamName = "s", ShardToSplit = "0", NewStartingHashKey = Middle })).AssertOk();
        var message = $"Shard shardId-000000000000 in stream s under account {Account} has already been merged or split, and thus is not "
            + "eligible for merging or splitting.";

        (await MergeAsync("0", "1")).AssertError("InvalidArgumentException", message);
        (await MergeAsync("2", "0")).AssertError("InvalidArgumentException", message);
    }

    [Fact]
    public async Task An_on_demand_stream_is_left_to_itself()
    {
        (await Gateway.CallAsync("CreateStream", new { StreamName = "s" })).AssertOk();
        var message = $"Request is invalid. Stream s under account {Account} is in On-Demand mode.";

        (await MergeAsync("0", "1")).AssertError("ValidationException", message);
    }

    [Fact]
    public async Task Violations_are_all_listed()
    {
        AssertViolations(await Gateway.CallAsync("MergeShards", "{}"), Null("shardToMerge"), Null("adjacentShardToMerge"));
        AssertViolations(
            await MergeAsync("a b", ""),
            Fails("a b", "shardToMerge", NamePattern), Fails("", "adjacentShardToMerge", NamePattern), Fails("", "adjacentShardToMerge", NotEmpty));
    }

    private Task<Answer> MergeAsync(string shard, string adjacent) =>
        Gateway.CallAsync("MergeShards", new { StreamName = "s", ShardToMerge = shard, AdjacentShardToMerge = adjacent });
}
