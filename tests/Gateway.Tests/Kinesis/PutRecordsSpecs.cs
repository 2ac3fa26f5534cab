using System.Text;
using System.Text.Json.Nodes;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Gateway.Tests.Kinesis;

public class PutRecordsSpecs : GatewaySpecs
{
    private const int Mebibyte = 1024 * 1024;

    [Fact]
    public async Task Five_hundred_records_are_taken_and_five_hundred_and_one_are_not()
    {
        await Gateway.StreamAsync();

        var answer = (await PutManyAsync(500)).AssertOk();

        Assert.Equal(500, answer["Records"]!.AsArray().Count);
        AssertViolations(await PutManyAsync(501), Fails("[501 entries]", "records", AtMost(500)));
        AssertViolations(await PutManyAsync(0), Fails("[]", "records", NotEmpty));
        AssertViolations(await Gateway.CallAsync("PutRecords", "{\"StreamName\":\"s\",\"Records\":null}"), Null("records"));
    }

    [Fact]
    public async Task Violations_name_the_entry_and_no_more_than_ten_are_listed()
    {
        AssertViolations(
            await Gateway.CallAsync("PutRecords", "{\"Records\":[{\"Data\":\"\",\"PartitionKey\":\"k\"},{},null],\"StreamName\":\"!\"}"),
            Null("records.2.member.partitionKey"),
            Null("records.2.member.data"),
            Null("records.3.member.partitionKey"),
            Null("records.3.member.data"),
            Fails("!", "streamName", NamePattern));
        var many = await Gateway.CallAsync("PutRecords", "{\"Records\":[{},{},{},{},{},{}],\"StreamName\":\"s\"}");
        Assert.StartsWith("10 validation errors detected: ", (string)many.Json["message"]!, StringComparison.Ordinal);
        Assert.Equal(9, ((string)many.Json["message"]!).Count(c => c == ';'));
    }

    [Theory]
    [InlineData("{\"Records\":1}", "Expected list or null")]
    [InlineData("{\"Records\":{}}", "Start of structure or map found where not expected.")]
    [InlineData("{\"Records\":[1]}", "Expected null")]
    [InlineData("{\"Records\":[[]]}", "Start of list found where not expected")]
    [InlineData("{\"Records\":[{\"PartitionKey\":{}}]}", "Start of structure or map found where not expected.")]
    [InlineData(
        "{\"Records\":[{\"ExplicitHashKey\":5}]}",
        "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String")]
    public async Task A_member_of_a_wrong_type_is_named(string body, string message) =>
        (await Gateway.CallAsync("PutRecords", body)).AssertWrongType(message);

    [Fact]
    public async Task Ten_mebibytes_are_taken_and_one_byte_more_is_not()
    {
        await Gateway.StreamAsync(shards: 4);
        var full = Enumerable.Range(0, 10).Select(i => ($"{i}", Mebibyte - 1)).ToArray();

        (await PutSizesAsync(full)).AssertOk();
        (await PutSizesAsync([.. full[..9], ("9", Mebibyte - 2), ("", 0)])).AssertError(
            "ValidationException", "1 validation error detected: " + Fails("", "records.11.member.partitionKey", NotEmpty));
        (await PutSizesAsync([.. full, ("x", 0)])).AssertError("InvalidArgumentException", "Records size exceeds 10 MB limit");
        (await PutSizesAsync([("x", 5), ("y", Mebibyte)])).AssertError(
            "InvalidArgumentException",
            "A record of 1048577 bytes, data and partition key, exceeds the maximum record size of 1048576 bytes.");
    }

    [Theory]
    [InlineData(AppendError.NotReady, "InternalFailure", "Internal Service Failure")]
    [InlineData(AppendError.OutcomeUnknown, "InternalFailure", "Internal Service Failure")]
    [InlineData(
        AppendError.Overloaded,
        "ProvisionedThroughputExceededException",
        "Rate exceeded for shard shardId-000000000001 in stream s under account 000000000000.")]
    public async Task Entries_of_a_shard_that_refuses_fail_and_the_others_do_not(AppendError refusal, string code, string message)
    {
        var stream = await Gateway.StreamAsync(shards: 2);
        Gateway.Streams.FailAppends(stream.Shards[1].Key, new AppendReply.Refused(refusal, "asked for"));

        var answer = (await Gateway.CallAsync("PutRecords", new
        {
            StreamName = "s",
            Records = new[] { 1, 0, 1 }.Select(s => new
            {
                PartitionKey = "k",
                Data = "",
                ExplicitHashKey = s == 0 ? "0" : "340282366920938463463374607431768211455",
            }).ToArray(),
        })).AssertOk();

        Assert.Equal(2, (int)answer["FailedRecordCount"]!);
        var failed = new JsonObject { ["ErrorCode"] = code, ["ErrorMessage"] = message }.ToJsonString();
        var records = answer["Records"]!.AsArray();
        Assert.Equal((failed, failed), (records[0]!.ToJsonString(), records[2]!.ToJsonString()));
        Assert.Equal("shardId-000000000000", (string)records[1]!["ShardId"]!);
    }

    [Fact]
    public async Task A_stream_that_ends_meanwhile_is_not_found()
    {
        var stream = await Gateway.StreamAsync(shards: 2);
        Gateway.Streams.FailAppends(stream.Shards[1].Key, new AppendReply.Refused(AppendError.Ended, "asked for"));

        (await PutManyAsync(50)).AssertError("ResourceNotFoundException", $"Stream s under account {Account} not found.");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Records_whose_shards_are_gone_go_to_the_stream_of_today(int shardsNow)
    {
        await StaleAsync(shardsBefore: 2, shardsNow);

        var answer = (await PutManyAsync(50)).AssertOk();

        Assert.Equal(0, (int)answer["FailedRecordCount"]!);
        Assert.Equal(50, await CountAsync(shardsNow));
    }

    [Fact]
    public async Task Only_what_was_refused_is_routed_again()
    {
        var stream = await Gateway.StreamAsync(shards: 2);
        Gateway.Streams.FailAppends(stream.Shards[1].Key, new AppendReply.Refused(AppendError.NotOpened, "asked for"), times: 1);

        var answer = (await PutManyAsync(50)).AssertOk();

        Assert.Equal(0, (int)answer["FailedRecordCount"]!);
        Assert.Equal(50, await CountAsync(shards: 2));
        Assert.Equal(3, Gateway.Streams.AppendCalls);
    }

    [Fact]
    public async Task A_single_record_whose_shard_is_gone_goes_to_the_stream_of_today()
    {
        await StaleAsync(shardsBefore: 2, shardsNow: 1);

        await Gateway.PutAsync();

        Assert.Equal(1, await CountAsync(shards: 1));
    }

    private async Task StaleAsync(int shardsBefore, int shardsNow)
    {
        var before = await Gateway.StreamAsync(shards: shardsBefore);
        Gateway.Streams.KeepMap(before.Id);
        (await Gateway.CallAsync("DeleteStream", new { StreamName = "s" })).AssertOk();
        await Gateway.StreamAsync(shards: shardsNow);
    }

    private async Task<int> CountAsync(int shards)
    {
        var count = 0;
        for (var i = 0; i < shards; i++)
            count += (await Gateway.GetRecordsAsync(await Gateway.IteratorAsync(shard: i)))["Records"]!.AsArray().Count;
        return count;
    }

    [Fact]
    public async Task Hash_keys_may_stand_at_some_entries_only()
    {
        await Gateway.StreamAsync(shards: 2);

        var answer = (await Gateway.CallAsync(
            "PutRecords",
            "{\"Records\":[{\"PartitionKey\":\"a\",\"Data\":\"\",\"ExplicitHashKey\":\"0\"},{\"PartitionKey\":\"a\",\"Data\":\"\"},"
            + "{\"PartitionKey\":\"a\",\"Data\":\"\",\"ExplicitHashKey\":\"340282366920938463463374607431768211455\"}],\"StreamName\":\"s\"}"))
            .AssertOk();

        // MD5 of "a" is 0cc175b9..., in the lower half.
        Assert.Equal([0, 0, 1], answer["Records"]!.AsArray().Select(r => ((string)r!["ShardId"]!)[^1] - '0'));
    }

    [Fact]
    public async Task The_stream_may_be_named_by_arn()
    {
        await Gateway.StreamAsync();

        (await Gateway.CallAsync("PutRecords", new
        {
            Records = new[] { new { PartitionKey = "k", Data = "" } },
            StreamARN = $"arn:aws:kinesis:{GatewayHost.Region}:{Account}:stream/s",
        })).AssertOk();
        (await PutManyAsync(1, "nope")).AssertError("ResourceNotFoundException", $"Stream nope under account {Account} not found.");
    }

    private Task<Answer> PutManyAsync(int count, string stream = "s") => Gateway.CallAsync("PutRecords", new
    {
        StreamName = stream,
        Records = Enumerable.Range(0, count).Select(i => new { Data = "", PartitionKey = $"{i}" }).ToArray(),
    });

    private Task<Answer> PutSizesAsync((string Key, int DataBytes)[] records)
    {
        var body = new StringBuilder("{\"StreamName\":\"s\",\"Records\":[");
        foreach (var (key, bytes) in records)
            body.Append($"{{\"PartitionKey\":\"{key}\",\"Data\":\"").Append(Convert.ToBase64String(new byte[bytes])).Append("\"},");
        return Gateway.CallAsync("PutRecords", body.ToString(0, body.Length - 1) + "]}");
    }
}
