using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Tests.Kinesis;

public class GetShardIteratorSpecs : GatewaySpecs
{
    private const string Either =
        "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and "
        + "no StartingSequenceNumber. Request specified ";

    [Fact]
    public async Task Numbers_lead_to_their_record_or_behind_it()
    {
        var stream = await Gateway.StreamAsync();
        var first = await Gateway.PutAsync("1");
        var second = await Gateway.PutAsync("2");
        var starting = stream.Shards[0].StartingSequenceNumber.ToString();

        Assert.Equal("12", await ReadAsync("AT_SEQUENCE_NUMBER", first));
        Assert.Equal("2", await ReadAsync("AFTER_SEQUENCE_NUMBER", first));
        Assert.Equal("", await ReadAsync("AFTER_SEQUENCE_NUMBER", second));
        Assert.Equal("12", await ReadAsync("AT_SEQUENCE_NUMBER", starting));
        Assert.Equal("12", await ReadAsync("AFTER_SEQUENCE_NUMBER", starting));
        Assert.Equal("12", await ReadAsync("TRIM_HORIZON"));
        Assert.Equal("", await ReadAsync("LATEST"));
    }

    [Theory]
    [InlineData("TRIM_HORIZON")]
    [InlineData("LATEST")]
    [InlineData("AT_SEQUENCE_NUMBER")]
    public async Task A_map_of_a_deleted_stream_does_not_lead_to_its_shards(string type)
    {
        var before = await Gateway.StreamAsync();
        Gateway.Streams.KeepMap(before.Id);
        (await Gateway.CallAsync("DeleteStream", new { StreamName = "s" })).AssertOk();
        var today = await Gateway.StreamAsync();
        var number = type == "AT_SEQUENCE_NUMBER" ? today.Shards[0].StartingSequenceNumber.ToString() : null;

        var iterator = await Gateway.IteratorAsync(type, number: number);
        await Gateway.PutAsync("new");

        Assert.Equal("new", Text(await Gateway.GetRecordsAsync(iterator)));
    }

    [Fact]
    public async Task A_shard_that_was_opened_after_the_map_of_the_node_is_found()
    {
        var before = await Gateway.StreamAsync();
        Gateway.Streams.KeepMap(before.Id);
        Gateway.Streams.Split(before.Id, 0);

        var iterator = await Gateway.IteratorAsync(shard: 1);

        Assert.Equal("", Text(await Gateway.GetRecordsAsync(iterator)));
    }

    [Fact]
    public async Task Latest_means_after_the_iterator_was_made()
    {
        await Gateway.StreamAsync();
        var empty = await Gateway.IteratorAsync("LATEST");
        await Gateway.PutAsync("1");
        var later = await Gateway.IteratorAsync("LATEST");
        await Gateway.PutAsync("2");

        Assert.Equal("12", Text(await Gateway.GetRecordsAsync(empty)));
        Assert.Equal("2", Text(await Gateway.GetRecordsAsync(later)));
    }

    [Fact]
    public async Task A_time_leads_to_the_first_record_that_arrived_then()
    {
        await Gateway.StreamAsync();
        await Gateway.PutAsync("1");
        Gateway.Time.Advance(TimeSpan.FromMilliseconds(1));
        await Gateway.PutAsync("2");

        Assert.Equal("12", await ReadAtAsync("1772366400.25"));
        Assert.Equal("2", await ReadAtAsync("1772366400.251"));
        Assert.Equal("12", await ReadAtAsync("0"));
        Assert.Equal("12", await ReadAtAsync("-1e30"));
        (await AtAsync("1772366400.252")).AssertError(
            "InvalidArgumentException",
            "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: 1772366400252, "
            + "currentTimestampInMillis: 1772366400251");
        Assert.Equal(400, (await AtAsync("1e300")).Status);
        (await AtAsync("null")).AssertError(
            "InvalidArgumentException",
            "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp parameter.");

        Task<Answer> AtAsync(string time) => Gateway.CallAsync(
            "GetShardIterator", $"{{\"StreamName\":\"s\",\"ShardId\":\"0\",\"ShardIteratorType\":\"AT_TIMESTAMP\",\"Timestamp\":{time}}}");

        async Task<string> ReadAtAsync(string time) =>
            Text(await Gateway.GetRecordsAsync((string)(await AtAsync(time)).AssertOk()["ShardIterator"]!));
    }

    [Theory]
    [InlineData("shardId-000000000000")]
    [InlineData("shardId-0")]
    [InlineData("x-0")]
    [InlineData("0")]
    public async Task A_shard_is_named_by_what_follows_the_last_hyphen(string shard)
    {
        await Gateway.StreamAsync();

        (await Gateway.CallAsync("GetShardIterator", new { StreamName = "s", ShardId = shard, ShardIteratorType = "LATEST" })).AssertOk();
    }

    [Fact]
    public async Task Shards_that_are_not_there_are_named()
    {
        await Gateway.StreamAsync();

        foreach (var unreadable in (string[])["shardId-2147483648", "shardId-", "shardId-x", "shardId-99999999999999999999"])
        {
            (await CallAsync(unreadable)).AssertError(
                "ResourceNotFoundException", $"Could not find shard {unreadable} in stream s under account {Account}.");
        }
        (await CallAsync("shardId-2147483647")).AssertError(
            "ResourceNotFoundException", $"Shard shardId-002147483647 in stream s under account {Account} does not exist");
        (await CallAsync("0", "nope")).AssertError(
            "ResourceNotFoundException", $"Shard shardId-000000000000 in stream nope under account {Account} does not exist");

        Task<Answer> CallAsync(string shard, string stream = "s") =>
            Gateway.CallAsync("GetShardIterator", new { StreamName = stream, ShardId = shard, ShardIteratorType = "LATEST" });
    }

    [Fact]
    public async Task Violations_are_all_listed() => AssertViolations(
        await Gateway.CallAsync("GetShardIterator", new { StreamName = "s", ShardIteratorType = "NOW", StartingSequenceNumber = "00" }),
        Null("shardId"),
        Fails(
            "NOW",
            "shardIteratorType",
            "Member must satisfy enum value set: [AFTER_SEQUENCE_NUMBER, LATEST, AT_TIMESTAMP, AT_SEQUENCE_NUMBER, TRIM_HORIZON]"),
        Fails("00", "startingSequenceNumber", @"Member must satisfy regular expression pattern: 0|([1-9]\d{0,128})"));

    [Theory]
    [InlineData("AT_SEQUENCE_NUMBER", null, "AT_SEQUENCE_NUMBER and no StartingSequenceNumber.")]
    [InlineData("AFTER_SEQUENCE_NUMBER", null, "AFTER_SEQUENCE_NUMBER and no StartingSequenceNumber.")]
    [InlineData("LATEST", "0", "LATEST and also a StartingSequenceNumber.")]
    [InlineData("TRIM_HORIZON", "0", "TRIM_HORIZON and also a StartingSequenceNumber.")]
    public async Task Type_and_number_go_together(string type, string? number, string specified)
    {
        await Gateway.StreamAsync();

        (await CallAsync(type, number)).AssertError("InvalidArgumentException", Either + specified);
    }

    [Fact]
    public async Task Numbers_that_are_not_of_this_shard_are_refused_by_name()
    {
        var stream = await Gateway.StreamAsync(shards: 2);
        await Gateway.CallAsync("PutRecord", new { StreamName = "s", PartitionKey = "k", Data = "", ExplicitHashKey = "0" });
        var incarnation = stream.Incarnation;
        var used = "StartingSequenceNumber {0} used in GetShardIterator on shard shardId-000000000000 in stream s under account "
            + $"{Account} is invalid";

        await AssertRefusedAsync("0", used + ".");
        await AssertRefusedAsync(new SequenceNumber(incarnation, 1, 0, 3, 0).ToString(), used + ".");
        await AssertRefusedAsync(new SequenceNumber(incarnation, 2, 0, 2, 0).ToString(), used + ".");
        await AssertRefusedAsync(
            new SequenceNumber(new Incarnation(incarnation.Value - 1), 1, 0, 2, 0).ToString(),
            used + " because it did not come from this stream.");
        await AssertRefusedAsync(
            new SequenceNumber(incarnation, 1, 1, 2, 0).ToString(),
            "Invalid StartingSequenceNumber. It encodes shardId-000000000001, while it was used in a call to a shard with "
            + "shardId-000000000000");

        async Task AssertRefusedAsync(string number, string message) => (await CallAsync("AT_SEQUENCE_NUMBER", number))
            .AssertError("InvalidArgumentException", message.Replace("{0}", number, StringComparison.Ordinal));
    }

    private Task<Answer> CallAsync(string type, string? number) => Gateway.CallAsync(
        "GetShardIterator", new { StreamName = "s", ShardId = "0", ShardIteratorType = type, StartingSequenceNumber = number });

    private async Task<string> ReadAsync(string type, string? number = null) =>
        Text(await Gateway.GetRecordsAsync(await Gateway.IteratorAsync(type, number: number)));

    private static string Text(System.Text.Json.Nodes.JsonNode read) => string.Concat(
        read["Records"]!.AsArray().Select(r => System.Text.Encoding.UTF8.GetString(Convert.FromBase64String((string)r!["Data"]!))));
}
