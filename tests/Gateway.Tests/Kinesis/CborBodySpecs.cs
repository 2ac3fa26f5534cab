using System.Formats.Cbor;
using System.Text;

namespace ActorStreams.Gateway.Tests.Kinesis;

/// <summary>What there is in CBOR and not in JSON, byte for byte.</summary>
public sealed class CborBodySpecs : GatewaySpecs
{
    // {_ "StreamName": "s", "PartitionKey": "k", "Data": h'00ff'}, as the AWS SDKs for Java write it.
    private const string Put = "bf 6a53747265616d4e616d65 6173 6c506172746974696f6e4b6579 616b 6444617461 4200ff ff";

    protected override string ContentType => GatewayHost.Cbor;

    [Theory]
    [InlineData(Put)]
    // Definite lengths.
    [InlineData("a3 6a53747265616d4e616d65 6173 6c506172746974696f6e4b6579 616b 6444617461 4200ff")]
    // Lengths in more bytes than they need.
    [InlineData("ba00000003 780a53747265616d4e616d65 790001 73 7a0000000c506172746974696f6e4b6579 7b0000000000000001 6b 6444617461 5900 0200ff")]
    // Names and values in chunks, some of them empty.
    [InlineData("bf 7f 6653747265616d 60 644e616d65 ff 7f 6173 ff 6c506172746974696f6e4b6579 7f 60 616b ff 6444617461 5f 4100 40 41ff ff ff")]
    // Tags that say nothing new, before the body and before values.
    [InlineData("d9d9f7 bf 6a53747265616d4e616d65 c0 6173 6c506172746974696f6e4b6579 db00000000000000ff d818 616b 6444617461 d7 4200ff ff")]
    // Null, undefined, unknown members, a name that is no text, and of two of a name the last.
    [InlineData(
        "bf 6f4578706c69636974486173684b6579 f6 6953747265616d41524e f7 6178 9f 01 20 fb3ff0000000000000 bf 01 80 ff f8ff ff 07 a0 "
        + "6a53747265616d4e616d65 6173 6c506172746974696f6e4b6579 616a 6c506172746974696f6e4b6579 616b 6444617461 40 6444617461 4200ff ff")]
    public async Task A_record_is_put_in_any_form_of_cbor(string body)
    {
        await Gateway.StreamAsync();

        (await SendAsync("PutRecord", body)).AssertOk();

        var record = Assert.Single((await Gateway.GetRecordsAsync(await Gateway.IteratorAsync()))["Records"]!.AsArray())!;
        Assert.Equal(("k", "AP8="), ((string)record["PartitionKey"]!, (string)record["Data"]!));
    }

    [Fact]
    public async Task Many_records_are_put_in_chunks_and_in_lists_of_any_length()
    {
        await Gateway.StreamAsync();
        const string First = "bf 6444617461 5f 4161 4162 ff 6c506172746974696f6e4b6579 7f 6131 6132 ff ff";
        const string Second = "a2 6c506172746974696f6e4b6579 6133 6444617461 4163";

        (await SendAsync("PutRecords", $"bf 675265636f726473 9f {First} {Second} ff 6a53747265616d4e616d65 6173 ff")).AssertOk();
        (await SendAsync("PutRecords", $"a2 6a53747265616d4e616d65 6173 675265636f726473 82 {Second} {First}")).AssertOk();

        var records = (await Gateway.GetRecordsAsync(await Gateway.IteratorAsync()))["Records"]!.AsArray();
        Assert.Equal(
            [("12", "ab"), ("3", "c"), ("3", "c"), ("12", "ab")],
            records.Select(r => ((string)r!["PartitionKey"]!, Encoding.UTF8.GetString(Convert.FromBase64String((string)r["Data"]!)))));
    }

    [Fact]
    public async Task What_the_generator_of_the_java_sdks_wrote_is_put()
    {
        await Gateway.StreamAsync();

        // Recorded from Jackson's CBORGenerator, which the AWS SDKs for Java v1 and v2 write with.
        (await SendAsync(
            "PutRecords",
            "bf6a53747265616d4e616d656173675265636f7264739fbf64446174614200ff6c506172746974696f6e4b6579616bff"
            + "bf64446174614200ff6c506172746974696f6e4b6579676bc3a9f09f9880ffff6954696d657374616d70c11b0000019ca9450afb654c696d69740aff")).AssertOk();

        var records = (await Gateway.GetRecordsAsync(await Gateway.IteratorAsync()))["Records"]!.AsArray();
        Assert.Equal(
            [("k", "AP8="), ("ké😀", "AP8=")], records.Select(r => ((string)r!["PartitionKey"]!, (string)r["Data"]!)));
    }

    [Fact]
    public async Task Answers_have_exactly_these_bytes()
    {
        var stream = await Gateway.StreamAsync();

        var put = await SendAsync("PutRecord", Put);
        var number = (string)put.AssertOk()["SequenceNumber"]!;
        var get = await Gateway.CallAsync("GetRecords", new { ShardIterator = await Gateway.IteratorAsync() });
        var next = (string)get.AssertOk()["NextShardIterator"]!;
        var many = await SendAsync(
            "PutRecords", "bf 6a53747265616d4e616d65 6173 675265636f726473 9f bf 6444617461 40 6c506172746974696f6e4b6579 616b ff ff ff");
        var second = (string)many.AssertOk()["Records"]![0]!["SequenceNumber"]!;

        AssertBytes(put, $"bf {Text("ShardId")} {Text(stream.Shards[0].Key.ShardId)} {Text("SequenceNumber")} {Text(number)} ff");
        AssertBytes(
            many,
            $"bf {Text("FailedRecordCount")} 00 {Text("Records")} 81 a2 {Text("SequenceNumber")} {Text(second)} {Text("ShardId")} "
            + $"{Text(stream.Shards[0].Key.ShardId)} ff");
        AssertBytes(
            get,
            $"bf {Text("Records")} 9f bf {Text("SequenceNumber")} {Text(number)} {Text("ApproximateArrivalTimestamp")} c1 1b{1_772_366_400_250:x16} "
            + $"{Text("Data")} 4200ff {Text("PartitionKey")} 616b ff ff {Text("NextShardIterator")} {Text(next)} {Text("MillisBehindLatest")} 00 ff");
    }

    [Fact]
    public async Task Errors_have_exactly_the_bytes_that_were_observed()
    {
        AssertBytes(await SendAsync("Nothing", "a0"), "bf 66 5f5f74797065 78 19 556e6b6e6f776e4f7065726174696f6e457863657074696f6e ff", 400);
        AssertBytes(await SendAsync("ListStreams", ""), "bf 66 5f5f74797065 76 53657269616c697a6174696f6e457863657074696f6e ff", 400);
        (await SendAsync("ListStreams", "bf 654c696d6974 616b ff"))
            .AssertWrongType("class java.lang.String can not be converted to an Integer");
        (await SendAsync("DescribeStream", "bf 6a53747265616d4e616d65 6173 ff"))
            .AssertError("ResourceNotFoundException", $"Stream s under account {Account} not found.");
    }

    [Theory]
    [InlineData("ListStreams", "SerializationException")]
    [InlineData("Nothing", "UnknownOperationException")]
    public async Task Nothing_of_an_unknown_type_is_answered_in_cbor(string operation, string type)
    {
        using var request = Gateway.Unsigned(operation, []);
        request.Content!.Headers.ContentType = null;

        (await Gateway.SendAsync(request)).AssertError(type, null);
    }

    [Theory]
    [InlineData("ff")]
    [InlineData("00")]
    [InlineData("80")]
    [InlineData("f6")]
    [InlineData("7b7d")]
    [InlineData("a1")]
    [InlineData("a1 6161")]
    [InlineData("bf")]
    [InlineData("bf 6161 ff")]
    [InlineData("a0 00")]
    [InlineData("bf ff ff")]
    // Lengths that no body has.
    [InlineData("bb ffffffffffffffff")]
    [InlineData("a1 6161 9b 7fffffffffffffff")]
    [InlineData("a1 6161 5b ffffffffffffffff")]
    [InlineData("a1 7a ffffffff 61")]
    // Heads that mean nothing.
    [InlineData("a1 6161 1c")]
    [InlineData("a1 6161 3d")]
    [InlineData("a1 6161 1f")]
    [InlineData("a1 6161 df 00")]
    [InlineData("a1 6161 f8 1f")]
    [InlineData("a1 6161 fc")]
    // Chunks that are of another type, or have no length of their own.
    [InlineData("a1 6161 5f 6161 ff")]
    [InlineData("a1 6161 7f 4161 ff")]
    [InlineData("a1 6161 5f 5f ff ff")]
    [InlineData("a1 6161 5f 4161")]
    // Texts that are no UTF-8, as a name, as a value, half in each of two chunks, and where nobody looks.
    [InlineData("a1 61ff 00")]
    [InlineData("a1 6a53747265616d4e616d65 62c328")]
    [InlineData("a1 6161 7f 61c3 61 28 ff")]
    [InlineData("a1 6161 81 62c328")]
    // Something wrong with a member comes after all that.
    [InlineData("bf 6a53747265616d4e616d65 00 675265636f726473 00 654c696d6974 60")]
    public async Task A_body_that_is_no_map_is_reported_before_the_missing_signature(string body)
    {
        await using var closed = await GatewayHost.StartAsync(
            new Gateway.Hosting.GatewayOptions { AccessKeys = [GatewayHost.Key] }, contentType: GatewayHost.Cbor);
        foreach (var operation in (string[])["ListStreams", "PutRecords", "PutRecord", "DescribeStream", "Nothing"])
        {
            using var unsigned = closed.Unsigned(operation, Bytes(body));
            (await closed.SendAsync(unsigned)).AssertError("SerializationException", null);
            (await SendAsync(operation, body)).AssertError("SerializationException", null);
        }
    }

    [Fact]
    public async Task Authentication_comes_before_the_types_of_members()
    {
        await using var closed = await GatewayHost.StartAsync(
            new Gateway.Hosting.GatewayOptions { AccessKeys = [GatewayHost.Key] }, contentType: GatewayHost.Cbor);
        using var unsigned = closed.Unsigned("DescribeStream", Bytes("a1 6a53747265616d4e616d65 00"));

        (await closed.SendAsync(unsigned)).AssertError("MissingAuthenticationTokenException", "Missing Authentication Token");
    }

    [Theory]
    [InlineData("a161619f")]
    [InlineData("a16161bf6161")]
    [InlineData("bf6161a16161")]
    [InlineData("81")]
    public async Task Nesting_has_a_bound(string level)
    {
        foreach (var operation in (string[])["ListStreams", "PutRecords"])
        {
            (await SendAsync(operation, "a16161" + string.Concat(Enumerable.Repeat(level, 50_000))))
                .AssertError("SerializationException", null);
        }
        var levels = string.Concat(Enumerable.Repeat("81", 63));
        (await SendAsync("ListStreams", $"a16161{levels}00")).AssertOk();
        (await SendAsync("ListStreams", $"a16161{levels}8100")).AssertError("SerializationException", null);
    }

    [Theory]
    [InlineData("PutRecord", "bf 6444617461 623d3d ff", "class java.lang.String can not be converted to a Blob")]
    [InlineData("PutRecord", "bf 6c506172746974696f6e4b6579 4161 ff", "class java.nio.HeapByteBuffer can not be converted to an String")]
    [InlineData("PutRecord", "bf 6a53747265616d4e616d65 e1 ff", "class java.lang.Boolean can not be converted to an String")]
    [InlineData("PutRecords", "bf 675265636f726473 9f bf 6444617461 80 ff ff ff", "Start of list found where not expected")]
    [InlineData("PutRecords", "bf 675265636f726473 a0 ff", "Start of structure or map found where not expected.")]
    [InlineData("PutRecords", "bf 675265636f726473 40 ff", "Expected list or null")]
    [InlineData("ListStreams", "bf 654c696d6974 f97e00 ff", "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an Integer")]
    [InlineData("CreateStream", "bf 6454616773 a1 6161 01 ff", "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String")]
    [InlineData("CreateStream", "bf 6454616773 80 ff", "Start of list found where not expected")]
    // The first of two.
    [InlineData("CreateStream", "bf 6454616773 40 6a53747265616d4e616d65 00 ff", "Expected map or null")]
    public async Task A_member_of_a_wrong_type_is_named(string operation, string body, string message) =>
        (await SendAsync(operation, body)).AssertWrongType(message);

    [Theory]
    [InlineData("1b ffffffffffffffff", "2147483647", "less than or equal to 10000")]
    [InlineData("1a 80000000", "2147483647", "less than or equal to 10000")]
    [InlineData("3b ffffffffffffffff", "-2147483648", "greater than or equal to 1")]
    [InlineData("f9 3bff", "0", "greater than or equal to 1")]
    [InlineData("fb 7ff0000000000000", "2147483647", "less than or equal to 10000")]
    public async Task Integers_are_clamped(string value, string clamped, string constraint) => AssertViolations(
        await SendAsync("ListStreams", $"bf 654c696d6974 {value} ff"), Fails(clamped, "limit", "Member must have value " + constraint));

    [Theory]
    // 1772366400251, under tag 1 and without.
    [InlineData("c1 1b 0000019ca9450afb", "2")]
    [InlineData("1b 0000019ca9450afb", "2")]
    [InlineData("c1 1b 0000019ca9450afa", "12")]
    // 1772366400.251 and 1772366400 seconds, and half a one.
    [InlineData("c1 fb 41da690a90101062", "2")]
    [InlineData("fb 41da690a90000000", "12")]
    [InlineData("f9 3800", "12")]
    [InlineData("c1 3b ffffffffffffffff", "12")]
    public async Task Whole_times_are_milliseconds_and_others_seconds(string time, string expected)
    {
        await Gateway.StreamAsync();
        await Gateway.PutAsync("1");
        Gateway.Time.Advance(TimeSpan.FromMilliseconds(1));
        await Gateway.PutAsync("2");

        var answer = await SendAsync(
            "GetShardIterator",
            $"bf {Text("StreamName")} 6173 {Text("ShardId")} 6130 {Text("ShardIteratorType")} {Text("AT_TIMESTAMP")} {Text("Timestamp")} {time} ff");

        var read = await Gateway.GetRecordsAsync((string)answer.AssertOk()["ShardIterator"]!);
        Assert.Equal(expected, string.Concat(
            read["Records"]!.AsArray().Select(r => Encoding.UTF8.GetString(Convert.FromBase64String((string)r!["Data"]!)))));
    }

    [Fact]
    public async Task A_stream_is_told_by_its_time_of_creation()
    {
        await Gateway.StreamAsync();
        var described = await Gateway.CallAsync("DescribeStreamSummary", new { StreamName = "s" });
        Assert.Contains(
            $"{Text("StreamCreationTimestamp")}c11b{1_772_366_400_250:x16}".Replace(" ", "", StringComparison.Ordinal),
            Convert.ToHexStringLower(described.Bytes),
            StringComparison.Ordinal);

        (await ListAsync(1_772_366_400_250)).AssertOk();
        (await ListAsync(1_772_366_399_000)).AssertError("ResourceNotFoundException", $"Stream s under account {Account} not found.");

        Task<Answer> ListAsync(long ms) => SendAsync(
            "ListShards", $"bf {Text("StreamName")} 6173 {Text("StreamCreationTimestamp")} c1 1b{ms:x16} ff");
    }

    private async Task<Answer> SendAsync(string operation, string hex)
    {
        using var request = Gateway.Request(operation, Bytes(hex));
        return await Gateway.SendAsync(request);
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    private static void AssertBytes(Answer answer, string hex, int status = 200)
    {
        Assert.Equal((status, Convert.ToHexStringLower(Bytes(hex))), (answer.Status, Convert.ToHexStringLower(answer.Bytes)));
        Assert.Equal($"{answer.Bytes.Length}", answer.Headers["Content-Length"]);
        Assert.Equal("application/x-amz-cbor-1.1", answer.Headers["Content-Type"]);
    }

    /// <summary>A text by the encoder of .NET, as hex.</summary>
    private static string Text(string text)
    {
        var writer = new CborWriter();
        writer.WriteTextString(text);
        return Convert.ToHexStringLower(writer.Encode());
    }
}
