using System.Text.Json.Nodes;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Tests.Kinesis;

/// <summary>ListStreams and ListShards.</summary>
public class ListSpecs : GatewaySpecs
{
    [Fact]
    public async Task Streams_of_a_region_are_listed_in_order_over_pages()
    {
        foreach (var name in (string[])["b", "a", "C", "d"]) await Gateway.StreamAsync(name);
        await Gateway.CallAsync("CreateStream", new { StreamName = "elsewhere" }, region: "us-east-1");

        var first = (await Gateway.CallAsync("ListStreams", new { Limit = 3 })).AssertOk();
        var second = (await Gateway.CallAsync("ListStreams", new { NextToken = (string)first["NextToken"]! })).AssertOk();
        var after = (await Gateway.CallAsync("ListStreams", new { ExclusiveStartStreamName = "a" })).AssertOk();

        Assert.Equal("[\"C\",\"a\",\"b\"]", first["StreamNames"]!.ToJsonString());
        Assert.True((bool)first["HasMoreStreams"]!);
        Assert.Equal("[\"d\"]", second["StreamNames"]!.ToJsonString());
        Assert.False((bool)second["HasMoreStreams"]!);
        Assert.Null(second["NextToken"]);
        Assert.Equal("[\"b\",\"d\"]", after["StreamNames"]!.ToJsonString());
        Assert.Equal($"arn:aws:kinesis:{GatewayHost.Region}:{Account}:stream/C", (string)first["StreamSummaries"]![0]!["StreamARN"]!);
    }

    [Fact]
    public async Task Shards_are_listed_over_pages_by_tokens_that_go_alone()
    {
        await Gateway.StreamAsync(shards: 5);

        var first = (await Gateway.CallAsync("ListShards", new { StreamName = "s", MaxResults = 3 })).AssertOk();
        var token = (string)first["NextToken"]!;
        var second = (await Gateway.CallAsync("ListShards", new { NextToken = token, MaxResults = 3 })).AssertOk();

        Assert.Equal(["0", "1", "2", "3", "4"], Ids(first).Concat(Ids(second)));
        Assert.Null(second["NextToken"]);
        (await Gateway.CallAsync("ListShards", new { NextToken = token, StreamName = "s" }))
            .AssertError("InvalidArgumentException", "NextToken and StreamName cannot be provided together.");
        Gateway.Time.Advance(TimeSpan.FromSeconds(300));
        (await Gateway.CallAsync("ListShards", new { NextToken = token })).AssertOk();
        Gateway.Time.Advance(TimeSpan.FromMilliseconds(1));
        (await Gateway.CallAsync("ListShards", new { NextToken = token }))
            .AssertError("ExpiredNextTokenException", "The pagination token has expired.");
    }

    [Fact]
    public async Task A_token_is_for_one_operation_and_one_life_of_a_stream()
    {
        await Gateway.StreamAsync(shards: 2);
        var token = (string)(await Gateway.CallAsync("ListShards", new { StreamName = "s", MaxResults = 1 })).AssertOk()["NextToken"]!;

        (await Gateway.CallAsync("ListStreams", new { NextToken = token })).AssertError("InvalidArgumentException", "Invalid NextToken.");
        (await Gateway.CallAsync("ListShards", new { NextToken = "AAAA" })).AssertError("InvalidArgumentException", "Invalid NextToken.");
        (await Gateway.CallAsync("ListShards", new { NextToken = token }, region: "us-east-1"))
            .AssertError("InvalidArgumentException", "Invalid NextToken.");
        await Gateway.CallAsync("DeleteStream", new { StreamName = "s" });
        Gateway.Time.Advance(TimeSpan.FromSeconds(1));
        await Gateway.StreamAsync(shards: 2);
        (await Gateway.CallAsync("ListShards", new { NextToken = token }))
            .AssertError("ResourceNotFoundException", $"Stream s under account {Account} not found.");
    }

    [Theory]
    [InlineData("{\"Type\":\"AT_LATEST\"}", "1 3 4 5")]
    [InlineData("{\"Type\":\"AT_TRIM_HORIZON\"}", "0 1")]
    [InlineData("{\"Type\":\"FROM_TRIM_HORIZON\"}", "0 1 2 3 4 5")]
    [InlineData("{\"Type\":\"AFTER_SHARD_ID\",\"ShardId\":\"shardId-000000000002\"}", "3 4 5")]
    [InlineData("{\"Type\":\"AT_TIMESTAMP\",\"Timestamp\":1}", "0 1")]
    [InlineData("{\"Type\":\"AT_TIMESTAMP\",\"Timestamp\":1772366401}", "0 1")]
    [InlineData("{\"Type\":\"AT_TIMESTAMP\",\"Timestamp\":1772366410.25}", "0 1 2 3")]
    [InlineData("{\"Type\":\"AT_TIMESTAMP\",\"Timestamp\":1772366410.252}", "1 2 3")]
    [InlineData("{\"Type\":\"AT_TIMESTAMP\",\"Timestamp\":1772366421}", "1 3 4 5")]
    [InlineData("{\"Type\":\"FROM_TIMESTAMP\",\"Timestamp\":1772366410}", "0 1 2 3 4 5")]
    [InlineData("{\"Type\":\"FROM_TIMESTAMP\",\"Timestamp\":1772366410.252}", "1 2 3 4 5")]
    [InlineData("{\"Type\":\"FROM_TIMESTAMP\",\"Timestamp\":1772366421}", "1 3 4 5")]
    public async Task Filters_go_by_the_times_at_which_shards_opened_and_closed(string filter, string expected)
    {
        await SplitTwiceAsync();

        var shards = (await Gateway.CallAsync("ListShards", $"{{\"StreamName\":\"s\",\"ShardFilter\":{filter}}}")).AssertOk();

        Assert.Equal(expected, string.Join(' ', Ids(shards)));
    }

    [Fact]
    public async Task The_horizon_follows_the_retention()
    {
        await SplitTwiceAsync();

        Gateway.Time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(5));

        foreach (var filter in (string[])["{\"Type\":\"AT_TRIM_HORIZON\"}", "{\"Type\":\"AT_TIMESTAMP\",\"Timestamp\":1}"])
        {
            var shards = (await Gateway.CallAsync("ListShards", $"{{\"StreamName\":\"s\",\"ShardFilter\":{filter}}}")).AssertOk();
            Assert.Equal("1 2 3", string.Join(' ', Ids(shards)));
        }
    }

    [Fact]
    public async Task A_page_keeps_the_filter_of_the_first_one_and_its_horizon()
    {
        await SplitTwiceAsync();
        Gateway.Time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(20));
        var first = (await Gateway.CallAsync(
            "ListShards", "{\"StreamName\":\"s\",\"MaxResults\":1,\"ShardFilter\":{\"Type\":\"FROM_TIMESTAMP\",\"Timestamp\":1772366420.25}}")).AssertOk();

        var second = (await Gateway.CallAsync("ListShards", new { NextToken = (string)first["NextToken"]! })).AssertOk();

        Assert.Equal("1 2 3 4 5", string.Join(' ', Ids(first).Concat(Ids(second))));
    }

    /// <summary>Two shards; the first is split after 10 s, into 2 and 3, and 2 after 20 s, into 4 and 5.</summary>
    private async Task SplitTwiceAsync()
    {
        var stream = await Gateway.StreamAsync(shards: 2);
        Gateway.Time.Advance(TimeSpan.FromSeconds(10));
        Gateway.Streams.Split(stream.Id, 0);
        Gateway.Time.Advance(TimeSpan.FromSeconds(10));
        (await Gateway.CallAsync("SplitShard", new { StreamName = "s", ShardToSplit = "2", NewStartingHashKey = "99" })).AssertOk();
    }

    [Fact]
    public async Task Filters_that_lack_something_are_refused()
    {
        AssertViolations(
            await Gateway.CallAsync("ListShards", new { StreamName = "s", ShardFilter = new { Type = "ALL" } }),
            Fails("ALL", "shardFilter.type", "Member must satisfy enum value set: "
                + "[AFTER_SHARD_ID, AT_TRIM_HORIZON, FROM_TRIM_HORIZON, AT_LATEST, AT_TIMESTAMP, FROM_TIMESTAMP]"));
        (await Gateway.CallAsync("ListShards", new { StreamName = "s", ShardFilter = new { Type = "AT_TIMESTAMP" } }))
            .AssertError("InvalidArgumentException", "ShardFilter of type AT_TIMESTAMP needs a Timestamp.");
        (await Gateway.CallAsync("ListShards", new { StreamName = "s", ShardFilter = new { Type = "AFTER_SHARD_ID" } }))
            .AssertError("InvalidArgumentException", "ShardFilter of type AFTER_SHARD_ID needs a ShardId.");
        (await Gateway.CallAsync("ListShards", new { StreamName = "s", ExclusiveStartShardId = "shardId-2147483648" }))
            .AssertError("ResourceNotFoundException", $"Could not find shard shardId-2147483648 in stream s under account {Account}.");
    }

    [Fact]
    public async Task The_creation_time_tells_lives_of_a_stream_apart()
    {
        await Gateway.StreamAsync();

        (await Gateway.CallAsync("ListShards", "{\"StreamName\":\"s\",\"StreamCreationTimestamp\":1772366400}")).AssertOk();
        (await Gateway.CallAsync("ListShards", "{\"StreamName\":\"s\",\"StreamCreationTimestamp\":1772366399}"))
            .AssertError("ResourceNotFoundException", $"Stream s under account {Account} not found.");
        (await Gateway.CallAsync("ListShards", "{\"StreamName\":\"s\",\"StreamCreationTimestamp\":\"now\"}"))
            .AssertWrongType("class java.lang.String can not be converted to milliseconds since epoch");
    }

    private static IEnumerable<string> Ids(JsonNode answer) => answer["Shards"]!.AsArray().Select(s =>
    {
        Assert.True(ShardIds.TryParse((string)s!["ShardId"]!, out var number));
        return $"{number}";
    });
}
