using System.Text.Json.Nodes;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Tests.Kinesis;

/// <summary>DescribeStream, DescribeStreamSummary and DeleteStream.</summary>
public class DescribeSpecs : GatewaySpecs
{
    private const string Arn = $"arn:aws:kinesis:{GatewayHost.Region}:{Account}:stream/s";

    [Fact]
    public async Task A_summary_has_exactly_the_members_of_a_plain_stream()
    {
        await Gateway.StreamAsync(shards: 2);

        var answer = (await Gateway.CallAsync("DescribeStreamSummary", new { StreamName = "s" })).AssertOk();

        Assert.Equal(
            new JsonObject
            {
                ["StreamDescriptionSummary"] = new JsonObject
                {
                    ["StreamName"] = "s",
                    ["StreamARN"] = Arn,
                    ["StreamStatus"] = "ACTIVE",
                    ["StreamModeDetails"] = new JsonObject { ["StreamMode"] = "PROVISIONED" },
                    ["RetentionPeriodHours"] = 24,
                    ["StreamCreationTimestamp"] = 1772366400.25m,
                    ["EnhancedMonitoring"] = new JsonArray(new JsonObject { ["ShardLevelMetrics"] = new JsonArray() }),
                    ["EncryptionType"] = "NONE",
                    ["OpenShardCount"] = 2,
                    ["ConsumerCount"] = 0,
                    ["MaxRecordSizeInKiB"] = 1024,
                },
            }.ToJsonString(),
            answer.ToJsonString());
    }

    [Fact]
    public async Task A_description_lists_shards_a_page_at_a_time()
    {
        var stream = await Gateway.StreamAsync(shards: 3);

        var first = (await Gateway.CallAsync("DescribeStream", new { StreamARN = Arn, Limit = 2 })).AssertOk()["StreamDescription"]!;
        var rest = (await Gateway.CallAsync("DescribeStream", new { StreamName = "s", ExclusiveStartShardId = "x-1" }))
            .AssertOk()["StreamDescription"]!;

        Assert.True((bool)first["HasMoreShards"]!);
        Assert.False((bool)rest["HasMoreShards"]!);
        var shards = first["Shards"]!.AsArray().Concat(rest["Shards"]!.AsArray()).ToList();
        Assert.Equal(stream.Shards.Select(s => s.Key.ShardId), shards.Select(s => (string)s!["ShardId"]!));
        Assert.Equal("340282366920938463463374607431768211455", (string)shards[2]!["HashKeyRange"]!["EndingHashKey"]!);
        Assert.Equal("0", (string)shards[0]!["HashKeyRange"]!["StartingHashKey"]!);
        Assert.Equal(
            stream.Shards[0].StartingSequenceNumber.ToString(), (string)shards[0]!["SequenceNumberRange"]!["StartingSequenceNumber"]!);
        Assert.Null(shards[0]!["SequenceNumberRange"]!["EndingSequenceNumber"]);
        Assert.Null(shards[0]!["ParentShardId"]);
    }

    [Fact]
    public async Task A_stream_being_created_shows_no_shards_and_takes_no_records()
    {
        Gateway.Streams.StatusOfNewStreams = StreamStatus.Creating;
        await Gateway.StreamAsync();

        var stream = (await Gateway.CallAsync("DescribeStream", new { StreamName = "s" })).AssertOk()["StreamDescription"]!;
        Assert.Equal("CREATING", (string)stream["StreamStatus"]!);
        Assert.Empty(stream["Shards"]!.AsArray());
        (await Gateway.CallAsync("PutRecord", new { StreamName = "s", PartitionKey = "k", Data = "" }))
            .AssertError("ResourceNotFoundException", $"Stream s under account {Account} not found.");
        (await Gateway.CallAsync("GetShardIterator", new { StreamName = "s", ShardId = "0", ShardIteratorType = "LATEST" }))
            .AssertError("ResourceNotFoundException", $"Shard shardId-000000000000 in stream s under account {Account} does not exist");
        (await Gateway.CallAsync("ListShards", new { StreamName = "s" }))
            .AssertError("ResourceInUseException", $"Stream s under account {Account} not ACTIVE, instead in state CREATING");
    }

    [Theory]
    [InlineData("DescribeStream")]
    [InlineData("DescribeStreamSummary")]
    [InlineData("DeleteStream")]
    [InlineData("ListShards")]
    public async Task A_stream_that_is_not_there_is_named(string operation)
    {
        (await Gateway.CallAsync(operation, new { StreamName = "nope" }))
            .AssertError("ResourceNotFoundException", $"Stream nope under account {Account} not found.");
        (await Gateway.CallAsync(operation, new { StreamARN = Arn }))
            .AssertError("ResourceNotFoundException", $"Stream s under account {Account} not found.");
        AssertViolations(
            await Gateway.CallAsync(operation, new { StreamName = "a b" }), Fails("a b", "streamName", NamePattern));
        AssertViolations(
            await Gateway.CallAsync(operation, new { StreamARN = "s" }),
            Fails("s", "streamARN", @"Member must satisfy regular expression pattern: arn:aws.*:kinesis:.*:\d{12}:stream/\S+"));
        (await Gateway.CallAsync(operation, "{}"))
            .AssertError("InvalidArgumentException", "Either StreamName or StreamARN must be given.");
    }

    [Fact]
    public async Task Name_and_arn_must_agree_and_lie_in_this_region_and_account()
    {
        await Gateway.StreamAsync();

        (await Gateway.CallAsync("DescribeStreamSummary", new { StreamName = "s", StreamARN = Arn })).AssertOk();
        (await Gateway.CallAsync("DescribeStreamSummary", new { StreamName = "t", StreamARN = Arn }))
            .AssertError("InvalidArgumentException", $"StreamName t and StreamARN {Arn} name different streams.");
        (await Gateway.CallAsync("DescribeStreamSummary", new { StreamARN = Arn }, region: "us-east-1"))
            .AssertError("ResourceNotFoundException", $"Stream s under account {Account} not found.");
        (await Gateway.CallAsync("DescribeStreamSummary", new { StreamARN = Arn.Replace(Account, "123456789012") }))
            .AssertError("ResourceNotFoundException", "Stream s under account 123456789012 not found.");
        (await Gateway.CallAsync("DescribeStreamSummary", new { StreamARN = Arn + "/consumer/c:1" }))
            .AssertError("InvalidArgumentException", $"StreamARN {Arn}/consumer/c:1 does not name a stream.");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-7)]
    public async Task A_limit_is_at_least_one(int limit) => AssertViolations(
        await Gateway.CallAsync("DescribeStream", new { StreamName = "s", Limit = limit }), Fails($"{limit}", "limit", ValueAtLeast(1)));

    [Fact]
    public async Task A_limit_is_at_most_ten_thousand()
    {
        await Gateway.StreamAsync();

        (await Gateway.CallAsync("DescribeStream", new { StreamName = "s", Limit = 10_000 })).AssertOk();
        AssertViolations(
            await Gateway.CallAsync("DescribeStream", new { StreamName = "s", Limit = 10_001 }),
            Fails("10001", "limit", ValueAtMost(10_000)));
        AssertViolations(
            await Gateway.CallAsync("DescribeStream", "{\"StreamName\":\"s\",\"Limit\":1e300}"),
            Fails("2147483647", "limit", ValueAtMost(10_000)));
    }

    [Fact]
    public async Task A_deleted_stream_is_gone()
    {
        await Gateway.StreamAsync();

        var answer = await Gateway.CallAsync("DeleteStream", new { StreamName = "s", EnforceConsumerDeletion = true });

        Assert.Equal((200, ""), (answer.Status, answer.Body));
        (await Gateway.CallAsync("DescribeStream", new { StreamName = "s" }))
            .AssertError("ResourceNotFoundException", $"Stream s under account {Account} not found.");
        (await Gateway.CallAsync("DeleteStream", new { StreamName = "s", EnforceConsumerDeletion = "yes" }))
            .AssertWrongType("'YES' can not be converted to an Boolean");
    }
}
