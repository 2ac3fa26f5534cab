using System.Text;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Gateway.Tests.Kinesis;

public class PutRecordSpecs : GatewaySpecs
{
    private const int RecordBytesMax = 1024 * 1024;

    [Fact]
    public async Task Members_come_in_any_order_and_with_escapes()
    {
        await Gateway.StreamAsync();

        var answer = (await Gateway.CallAsync(
            "PutRecord",
            "{ \"D\\u0061ta\" : \"/\\/8\\u003d\", \"x\": {\"Data\": 1, \"y\": [null, []]},\"PartitionKey\":\"k\\u00e9\\n\\\"\\ud83d\\ude00\",\n"
            + "\"ExplicitHashKey\":null,\"StreamName\":\"\\u0073\"}")).AssertOk();
        var record = (await Gateway.GetRecordsAsync(await Gateway.IteratorAsync()))["Records"]![0]!;

        Assert.Equal(["SequenceNumber", "ShardId"], answer.AsObject().Select(m => m.Key).Order());
        Assert.Equal("//8=", (string)record["Data"]!);
        Assert.Equal("ké\n\"😀", (string)record["PartitionKey"]!);
        Assert.Equal((string)answer["SequenceNumber"]!, (string)record["SequenceNumber"]!);
        Assert.Null(record["EncryptionType"]);
    }

    [Fact]
    public async Task Violations_are_all_listed_without_a_path_of_their_own()
    {
        AssertViolations(await Gateway.CallAsync("PutRecord", "{\"StreamName\":\"s\"}"), Null("partitionKey"), Null("data"));
        AssertViolations(
            await Gateway.CallAsync("PutRecord", new
            {
                StreamName = "",
                PartitionKey = "",
                Data = "",
                ExplicitHashKey = "01",
                SequenceNumberForOrdering = "-1",
            }),
            Fails("-1", "sequenceNumberForOrdering", @"Member must satisfy regular expression pattern: 0|([1-9]\d{0,128})"),
            Fails("", "partitionKey", NotEmpty),
            Fails("01", "explicitHashKey", @"Member must satisfy regular expression pattern: 0|([1-9]\d{0,38})"),
            Fails("", "streamName", NamePattern),
            Fails("", "streamName", NotEmpty));
    }

    [Theory]
    [InlineData("k", 256)]
    [InlineData("é", 256)]
    [InlineData("😀", 128)]
    public async Task A_partition_key_has_up_to_256_characters(string character, int countMax)
    {
        await Gateway.StreamAsync();
        var longest = string.Concat(Enumerable.Repeat(character, countMax));

        (await Gateway.CallAsync("PutRecord", new { StreamName = "s", PartitionKey = longest, Data = "" })).AssertOk();
        AssertViolations(
            await Gateway.CallAsync("PutRecord", new { StreamName = "s", PartitionKey = longest + "x", Data = "" }),
            Fails(longest + "x", "partitionKey", AtMost(256)));
    }

    [Fact]
    public async Task A_record_has_up_to_one_mebibyte_with_its_key()
    {
        await Gateway.StreamAsync();

        (await Gateway.CallAsync("PutRecord", new { StreamName = "s", PartitionKey = "kk", Data = Data(RecordBytesMax - 2) })).AssertOk();
        (await Gateway.CallAsync("PutRecord", new { StreamName = "s", PartitionKey = "kk", Data = Data(RecordBytesMax - 1) })).AssertError(
            "InvalidArgumentException",
            "A record of 1048577 bytes, data and partition key, exceeds the maximum record size of 1048576 bytes.");
        (await Gateway.CallAsync("PutRecord", new { StreamName = "t", PartitionKey = "kk", Data = Data(RecordBytesMax - 1) }))
            .AssertError("ResourceNotFoundException", $"Stream t under account {Account} not found.");
        AssertViolations(
            await Gateway.CallAsync("PutRecord", new { StreamName = "s", PartitionKey = "kk", Data = Data((10 * RecordBytesMax) + 1) }),
            Fails("java.nio.HeapByteBuffer[pos=0 lim=10485761 cap=10485761]", "data", AtMost(10_485_760)));
        var read = await Gateway.GetRecordsAsync(await Gateway.IteratorAsync());
        Assert.Equal(RecordBytesMax - 2, Convert.FromBase64String((string)read["Records"]![0]!["Data"]!).Length);
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("170141183460469231731687303715884105727", 0)]
    [InlineData("170141183460469231731687303715884105728", 1)]
    [InlineData("340282366920938463463374607431768211455", 1)]
    public async Task An_explicit_hash_key_chooses_the_shard(string hashKey, int shard)
    {
        await Gateway.StreamAsync(shards: 2);

        var answer = (await Gateway.CallAsync("PutRecord", new { StreamName = "s", PartitionKey = "k", Data = "", ExplicitHashKey = hashKey }))
            .AssertOk();

        Assert.Equal(ShardIds.Format(shard), (string)answer["ShardId"]!);
        var read = await Gateway.GetRecordsAsync(await Gateway.IteratorAsync(shard: shard));
        Assert.Equal("k", (string)read["Records"]![0]!["PartitionKey"]!);
    }

    [Fact]
    public async Task A_stream_that_takes_larger_records_takes_them_up_to_its_own_size()
    {
        var stream = await Gateway.StreamAsync();
        await Gateway.Streams.UpdateStreamAsync(stream.Id, new StreamChange.SetMaxRecordSize(3000), isCompat: false, default);

        (await Gateway.CallAsync("PutRecord", new { StreamName = "s", PartitionKey = "kk", Data = Data((3000 * 1024) - 2) })).AssertOk();

        (await Gateway.CallAsync("PutRecord", new { StreamName = "s", PartitionKey = "kk", Data = Data((3000 * 1024) - 1) })).AssertError(
            "InvalidArgumentException",
            "A record of 3072001 bytes, data and partition key, exceeds the maximum record size of 3072000 bytes.");
        await Gateway.Streams.UpdateStreamAsync(stream.Id, new StreamChange.SetMaxRecordSize(10_240), isCompat: false, default);
        (await Gateway.CallAsync("PutRecord", new { StreamName = "s", PartitionKey = "kk", Data = Data((10 * RecordBytesMax) - 2) })).AssertOk();
        var records = (await Gateway.GetRecordsAsync(await Gateway.IteratorAsync()))["Records"]!.AsArray();
        // The second one is beyond the 10 MiB of an answer.
        Assert.Equal((3000 * 1024) - 2, Convert.FromBase64String((string)Assert.Single(records)!["Data"]!).Length);
    }

    [Fact]
    public async Task An_explicit_hash_key_beyond_the_space_is_refused()
    {
        await Gateway.StreamAsync();

        (await Gateway.CallAsync(
            "PutRecord", new { StreamName = "s", PartitionKey = "k", Data = "", ExplicitHashKey = "340282366920938463463374607431768211456" }))
            .AssertError(
                "InvalidArgumentException",
                "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was "
                + "340282366920938463463374607431768211456");
    }

    [Theory]
    [InlineData("1", "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to a Blob")]
    [InlineData("false", "class java.lang.Boolean can not be converted to a Blob")]
    [InlineData("[]", "Start of list found where not expected")]
    public async Task Data_of_a_wrong_type_are_named(string data, string message) =>
        (await Gateway.CallAsync("PutRecord", $"{{\"StreamName\":\"s\",\"PartitionKey\":\"k\",\"Data\":{data}}}")).AssertWrongType(message);

    [Fact]
    public async Task The_number_for_ordering_must_be_of_this_stream()
    {
        var stream = await Gateway.StreamAsync();
        var given = await Gateway.PutAsync();

        var next = await PutAfterAsync(given);
        next.AssertOk();
        Assert.True(string.CompareOrdinal((string)next.Json["SequenceNumber"]!, given) > 0);
        var never = new SequenceNumber(stream.Incarnation, 1, 0, 99, 0).ToString();
        var former = new SequenceNumber(new Incarnation(stream.Incarnation.Value - 1), 1, 0, 2, 0).ToString();
        (await PutAfterAsync("0")).AssertOk();
        foreach (var number in (string[])["1", "123", never, former])
        {
            (await PutAfterAsync(number)).AssertError(
                "InvalidArgumentException",
                $"ExclusiveMinimumSequenceNumber {number} used in PutRecord on stream s under account {Account} is invalid.");
        }

        Task<Answer> PutAfterAsync(string number) => Gateway.CallAsync(
            "PutRecord", new { StreamName = "s", PartitionKey = "k", Data = "", SequenceNumberForOrdering = number });
    }

    [Theory]
    [InlineData(AppendError.NotReady, "InternalFailure", null, 500)]
    [InlineData(AppendError.OutcomeUnknown, "InternalFailure", null, 500)]
    [InlineData(AppendError.Ended, "ResourceNotFoundException", "Stream s under account 000000000000 not found.", 400)]
    [InlineData(AppendError.NotOpened, "ResourceNotFoundException", "Stream s under account 000000000000 not found.", 400)]
    [InlineData(
        AppendError.Overloaded,
        "ProvisionedThroughputExceededException",
        "Rate exceeded for shard shardId-000000000000 in stream s under account 000000000000.",
        400)]
    public async Task A_refusal_of_the_shard_becomes_the_error_that_sdks_know(AppendError refusal, string type, string? message, int status)
    {
        var stream = await Gateway.StreamAsync();
        Gateway.Streams.FailAppends(stream.Shards[0].Key, new AppendReply.Refused(refusal, "asked for"));

        (await Gateway.CallAsync("PutRecord", new { StreamName = "s", PartitionKey = "k", Data = "" })).AssertError(type, message, status);
    }

    private static string Data(int bytes) => Convert.ToBase64String(new byte[bytes]);
}
