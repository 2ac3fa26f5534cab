using System.Text;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Tests.Kinesis;

public class RoundTripSpecs : GatewaySpecs
{
    [Fact]
    public async Task What_is_put_comes_back_in_order_with_its_numbers()
    {
        await Gateway.StreamAsync();

        var first = await Gateway.PutAsync("one", "a");
        var answer = (await Gateway.CallAsync("PutRecords", new
        {
            Records = new[]
            {
                new { Data = GatewayHost.Base64("two"), PartitionKey = "b" },
                new { Data = "", PartitionKey = "c" },
            },
            StreamName = "s",
        })).AssertOk();
        var read = await Gateway.GetRecordsAsync(await Gateway.IteratorAsync());

        Assert.Equal(0, (int)answer["FailedRecordCount"]!);
        var numbers = answer["Records"]!.AsArray().Select(r => (string)r!["SequenceNumber"]!).Prepend(first).ToList();
        Assert.Equal(numbers.Order(StringComparer.Ordinal), numbers);
        var records = read["Records"]!.AsArray();
        Assert.Equal(numbers, records.Select(r => (string)r!["SequenceNumber"]!));
        Assert.Equal(["one", "two", ""], records.Select(r => Encoding.UTF8.GetString(Convert.FromBase64String((string)r!["Data"]!))));
        Assert.Equal(["a", "b", "c"], records.Select(r => (string)r!["PartitionKey"]!));
        Assert.All(records, r => Assert.Equal(1772366400.250m, (decimal)r!["ApproximateArrivalTimestamp"]!));
        Assert.Equal(0, (long)read["MillisBehindLatest"]!);
    }

    [Fact]
    public async Task Records_go_to_the_shard_that_their_key_hashes_to_and_are_answered_in_order_of_the_request()
    {
        var stream = await Gateway.StreamAsync(shards: 16);
        var keys = Enumerable.Range(0, 500).Select(i => $"key-{i}").ToList();

        var answer = (await Gateway.CallAsync("PutRecords", new
        {
            StreamName = "s",
            Records = keys.Select(k => new { Data = GatewayHost.Base64(k), PartitionKey = k }).ToArray(),
        })).AssertOk();

        var router = new StreamMap(stream).Router;
        var expected = keys.Select(k => ShardIds.Format(router.Route(HashKeys.Of(Encoding.UTF8.GetBytes(k))))).ToList();
        Assert.Equal(expected, answer["Records"]!.AsArray().Select(r => (string)r!["ShardId"]!));
        Assert.Equal(16, Gateway.Streams.AppendCalls);
        var byNumber = answer["Records"]!.AsArray().Select((r, i) => ((string)r!["SequenceNumber"]!, keys[i])).ToHashSet();
        for (var shard = 0; shard < 16; shard++)
        {
            var read = await Gateway.GetRecordsAsync(await Gateway.IteratorAsync(shard: shard));
            foreach (var record in read["Records"]!.AsArray())
                Assert.True(byNumber.Remove(((string)record!["SequenceNumber"]!, (string)record["PartitionKey"]!)));
        }
        Assert.Empty(byNumber);
    }

    [Fact]
    public async Task TwoGateways_in_one_process_share_streams_and_iterators()
    {
        await using var other = await GatewayHost.StartAsync(streams: Gateway.Streams, time: Gateway.Time);
        await Gateway.StreamAsync();
        await Gateway.PutAsync();

        var read = await other.GetRecordsAsync(await Gateway.IteratorAsync());

        Assert.Single(read["Records"]!.AsArray());
    }
}
