using System.Text;
using System.Text.Json.Nodes;

namespace ActorStreams.Gateway.Tests.Kinesis;

public class GetRecordsSpecs : GatewaySpecs
{
    [Fact]
    public async Task Reading_goes_on_where_the_last_answer_ended()
    {
        await Gateway.StreamAsync();
        for (var i = 0; i < 5; i++) await Gateway.PutAsync($"{i}");
        Gateway.Time.Advance(TimeSpan.FromSeconds(7));
        await Gateway.PutAsync("5");

        var iterator = await Gateway.IteratorAsync();
        var read = new List<(string Text, long Behind)>();
        for (var i = 0; i < 3; i++)
        {
            var answer = (await Gateway.CallAsync("GetRecords", new { ShardIterator = iterator, Limit = 4 })).AssertOk();
            read.Add((Text(answer), (long)answer["MillisBehindLatest"]!));
            Assert.NotEqual(iterator, (string)answer["NextShardIterator"]!);
            iterator = (string)answer["NextShardIterator"]!;
            Gateway.Time.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal([("0123", 7000), ("45", 0), ("", 0)], read);
    }

    [Fact]
    public async Task An_answer_has_exactly_these_members()
    {
        await Gateway.StreamAsync();
        var number = await Gateway.PutAsync("x", "key");

        var answer = await Gateway.CallAsync("GetRecords", new { ShardIterator = await Gateway.IteratorAsync() });

        var next = (string)answer.AssertOk()["NextShardIterator"]!;
        Assert.Equal(
            $"{{\"Records\":[{{\"SequenceNumber\":\"{number}\",\"ApproximateArrivalTimestamp\":1772366400.250,\"Data\":\"eA==\","
            + $"\"PartitionKey\":\"key\"}}],\"NextShardIterator\":\"{next}\",\"MillisBehindLatest\":0}}",
            answer.Body);
        Assert.Equal($"{answer.Bytes.Length}", answer.Headers["Content-Length"]);
    }

    [Fact]
    public async Task Ten_thousand_records_are_read_at_most()
    {
        await Gateway.StreamAsync();
        for (var i = 0; i < 21; i++)
        {
            (await Gateway.CallAsync("PutRecords", new
            {
                StreamName = "s",
                Records = Enumerable.Range(0, 500).Select(_ => new { Data = "AAAA", PartitionKey = "k" }).ToArray(),
            })).AssertOk();
        }

        var first = await Gateway.GetRecordsAsync(await Gateway.IteratorAsync());
        var second = await Gateway.GetRecordsAsync((string)first["NextShardIterator"]!);

        Assert.Equal((10_000, 500), (first["Records"]!.AsArray().Count, second["Records"]!.AsArray().Count));
    }

    [Fact]
    public async Task Ten_mebibytes_are_read_at_most()
    {
        await Gateway.StreamAsync();
        var data = Convert.ToBase64String(new byte[(1024 * 1024) - 1]);
        for (var i = 0; i < 11; i++)
            (await Gateway.CallAsync("PutRecord", new { StreamName = "s", PartitionKey = "k", Data = data })).AssertOk();

        var first = await Gateway.GetRecordsAsync(await Gateway.IteratorAsync());

        Assert.Equal(10, first["Records"]!.AsArray().Count);
        Assert.True((long)first["MillisBehindLatest"]! > 0);
    }

    [Fact]
    public async Task Violations_are_all_listed()
    {
        AssertViolations(
            await Gateway.CallAsync("GetRecords", new { Limit = 10_001 }),
            Fails("10001", "limit", ValueAtMost(10_000)),
            Null("shardIterator"));
        AssertViolations(
            await Gateway.CallAsync("GetRecords", new { Limit = 0, ShardIterator = "" }),
            Fails("0", "limit", ValueAtLeast(1)),
            Fails("", "shardIterator", NotEmpty));
        AssertViolations(
            await Gateway.CallAsync("GetRecords", new { ShardIterator = new string('A', 513) }),
            Fails(new string('A', 513), "shardIterator", AtMost(512)));
    }

    [Fact]
    public async Task A_foreign_iterator_is_invalid()
    {
        await Gateway.StreamAsync();
        var iterator = await Gateway.IteratorAsync();
        var bytes = Convert.FromBase64String(iterator);
        bytes[20] ^= 1;

        foreach (var foreign in (string[])["x", "AAAA", new string('A', 512), Convert.ToBase64String(bytes), iterator[..^4], $"\"{iterator}"])
            (await Gateway.CallAsync("GetRecords", new { ShardIterator = foreign })).AssertError("InvalidArgumentException", "Invalid ShardIterator.");
        (await Gateway.CallAsync("GetRecords", new { ShardIterator = iterator }, region: "us-east-1"))
            .AssertError("InvalidArgumentException", "Invalid ShardIterator.");
        (await Gateway.CallAsync("GetRecords", new { ShardIterator = $"\"{iterator}\"" })).AssertOk();
        Assert.InRange(iterator.Length, 1, 512);
    }

    [Fact]
    public async Task The_longest_names_still_fit_an_iterator()
    {
        var region = new string('r', 64);
        var name = new string('s', 128);
        (await Gateway.CallAsync("CreateStream", new { StreamName = name, ShardCount = 1 }, region)).AssertOk();

        var answer = (await Gateway.CallAsync("GetShardIterator", new { StreamName = name, ShardId = "0", ShardIteratorType = "LATEST" }, region))
            .AssertOk();

        Assert.InRange(((string)answer["ShardIterator"]!).Length, 1, 512);
        (await Gateway.CallAsync("GetRecords", new { ShardIterator = (string)answer["ShardIterator"]! }, region)).AssertOk();
    }

    [Fact]
    public async Task An_iterator_is_good_for_five_minutes()
    {
        await Gateway.StreamAsync();
        var iterator = await Gateway.IteratorAsync();

        Gateway.Time.Advance(TimeSpan.FromMinutes(5));
        await Gateway.GetRecordsAsync(iterator);
        Gateway.Time.Advance(TimeSpan.FromMilliseconds(1));

        (await Gateway.CallAsync("GetRecords", new { ShardIterator = iterator })).AssertError(
            "ExpiredIteratorException",
            "Iterator expired. The iterator was created at time Sun Mar 01 12:00:00 UTC 2026 while right now it is Sun Mar 01 12:05:00 UTC 2026 "
            + "which is further in the future than the tolerated delay of 300000 milliseconds.");
    }

    [Fact]
    public async Task An_iterator_of_a_former_life_of_the_stream_is_refused()
    {
        await Gateway.StreamAsync();
        var iterator = await Gateway.IteratorAsync();
        await Gateway.CallAsync("DeleteStream", new { StreamName = "s" });
        await AssertGoneAsync();
        await Gateway.StreamAsync();
        await Gateway.PutAsync();

        await AssertGoneAsync();

        async Task AssertGoneAsync() => (await Gateway.CallAsync("GetRecords", new { ShardIterator = iterator })).AssertError(
            "ResourceNotFoundException", $"Shard shardId-000000000000 in stream s under account {Account} does not exist");
    }

    [Fact]
    public async Task At_the_end_of_a_closed_shard_its_children_are_named_instead_of_an_iterator()
    {
        var stream = await Gateway.StreamAsync();
        await Gateway.PutAsync("last");
        Gateway.Streams.Split(stream.Id, 0);

        var read = await Gateway.GetRecordsAsync(await Gateway.IteratorAsync());

        Assert.Equal("last", Text(read));
        Assert.Null(read["NextShardIterator"]);
        Assert.Equal(
            "[{\"ShardId\":\"shardId-000000000001\",\"ParentShards\":[\"shardId-000000000000\"],\"HashKeyRange\":{\"StartingHashKey\":"
            + "\"0\",\"EndingHashKey\":\"170141183460469231731687303715884105727\"}},{\"ShardId\":\"shardId-000000000002\",\"ParentShards\":"
            + "[\"shardId-000000000000\"],\"HashKeyRange\":{\"StartingHashKey\":\"170141183460469231731687303715884105728\","
            + "\"EndingHashKey\":\"340282366920938463463374607431768211455\"}}]",
            read["ChildShards"]!.ToJsonString());
    }

    [Fact]
    public async Task Any_key_and_data_come_back_as_they_were_put()
    {
        await Gateway.StreamAsync();
        var random = new Random(7);
        var put = Enumerable.Range(0, 300).Select(i =>
        {
            var key = new StringBuilder();
            var length = random.Next(1, 60);
            while (key.Length < length)
                key.Append((i % 3) switch { 0 => (char)random.Next(1, 128), 1 => (char)random.Next(1, 0xD800), _ => 'k' });
            var data = new byte[random.Next(0, i % 50 == 0 ? 70_000 : 50)];
            random.NextBytes(data);
            return (Key: key.ToString(), Data: Convert.ToBase64String(data));
        }).ToList();
        var answer = (await Gateway.CallAsync(
            "PutRecords", new { StreamName = "s", Records = put.Select(p => new { PartitionKey = p.Key, p.Data }).ToArray() })).AssertOk();
        Assert.Equal(0, (int)answer["FailedRecordCount"]!);

        var read = (await Gateway.GetRecordsAsync(await Gateway.IteratorAsync()))["Records"]!.AsArray();

        Assert.Equal(put, read.Select(r => (Key: (string)r!["PartitionKey"]!, Data: (string)r["Data"]!)));
    }

    [Fact]
    public async Task Trimmed_records_are_passed_over()
    {
        var stream = await Gateway.StreamAsync();
        await Gateway.PutAsync("1");
        await Gateway.PutAsync("2");
        var iterator = await Gateway.IteratorAsync();
        Gateway.Streams.Trim(stream.Shards[0].Key, toRow: 2);

        Assert.Equal("2", Text(await Gateway.GetRecordsAsync(iterator)));
    }

    [Fact]
    public async Task A_store_that_is_away_is_an_error_to_retry()
    {
        await Gateway.StreamAsync();
        var iterator = await Gateway.IteratorAsync();
        Gateway.Streams.IsUnavailable = true;

        (await Gateway.CallAsync("GetRecords", new { ShardIterator = iterator })).AssertError("InternalFailure", null, 500);
    }

    private static string Text(JsonNode read) =>
        string.Concat(read["Records"]!.AsArray().Select(r => Encoding.UTF8.GetString(Convert.FromBase64String((string)r!["Data"]!))));
}
