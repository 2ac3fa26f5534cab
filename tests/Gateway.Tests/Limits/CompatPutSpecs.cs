using System.Text;
using System.Text.Json.Nodes;
using ActorStreams.Gateway.Hosting;
using ActorStreams.Gateway.Limits;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Tests.Limits;

/// <summary>1 MiB and 1,000 records a second of each shard, keys counted.</summary>
public sealed class CompatPutSpecs : GatewaySpecs
{
    private const int Mebibyte = 1024 * 1024;
    private const string Upper = "340282366920938463463374607431768211455";
    private const string RateExceeded = "Rate exceeded for shard shardId-000000000000 in stream s under account 000000000000.";

    public override Task InitializeAsync() => StartAsync(new GatewayOptions { Limits = LimitsMode.Compat });

    [Fact]
    public async Task A_mebibyte_is_taken_in_a_second_and_a_byte_more_is_not()
    {
        await Gateway.StreamAsync();

        (await PutAsync(Mebibyte - 1)).AssertOk();

        (await PutAsync(0)).AssertError("ProvisionedThroughputExceededException", RateExceeded);
        Assert.Equal(1, Gateway.Streams.AppendCalls);
    }

    [Fact]
    public async Task What_was_used_comes_back_at_the_rate_to_the_byte()
    {
        await Gateway.StreamAsync();
        (await PutAsync(Mebibyte - 1)).AssertOk();

        Gateway.Time.Advance(TimeSpan.FromMilliseconds(500));

        (await PutAsync(Mebibyte / 2)).AssertError("ProvisionedThroughputExceededException", RateExceeded);
        (await PutAsync((Mebibyte / 2) - 1)).AssertOk();
        (await PutAsync(0)).AssertError("ProvisionedThroughputExceededException", RateExceeded);
    }

    [Fact]
    public async Task No_more_than_one_second_is_in_store()
    {
        await Gateway.StreamAsync();

        Gateway.Time.Advance(TimeSpan.FromHours(1));

        (await PutAsync(Mebibyte - 1)).AssertOk();
        (await PutAsync(0)).AssertError("ProvisionedThroughputExceededException", RateExceeded);
    }

    [Fact]
    public async Task A_thousand_records_are_taken_in_a_second_and_one_more_is_not()
    {
        await Gateway.StreamAsync();
        Assert.Equal(0, Failed(await PutManyAsync([.. Enumerable.Repeat<Put>(("k", 0), 500)])));
        Assert.Equal(0, Failed(await PutManyAsync([.. Enumerable.Repeat<Put>(("k", 0), 500)])));

        (await PutAsync(0)).AssertError("ProvisionedThroughputExceededException", RateExceeded);

        Gateway.Time.Advance(TimeSpan.FromMilliseconds(1));
        (await PutAsync(0)).AssertOk();
        (await PutAsync(0)).AssertError("ProvisionedThroughputExceededException", RateExceeded);
    }

    [Fact]
    public async Task Entries_that_fit_are_stored_and_the_others_say_which_shard_is_used_up()
    {
        await Gateway.StreamAsync(shards: 2);

        var answer = await PutManyAsync([("a", Mebibyte - 1), ("b", 100, Upper), ("c", 0), ("d", 100, Upper)]);

        var records = answer["Records"]!.AsArray();
        Assert.Equal(1, Failed(answer));
        Assert.Equal("shardId-000000000000", (string)records[0]!["ShardId"]!);
        Assert.Equal("shardId-000000000001", (string)records[1]!["ShardId"]!);
        Assert.Equal(
            new JsonObject { ["ErrorCode"] = "ProvisionedThroughputExceededException", ["ErrorMessage"] = RateExceeded }.ToJsonString(),
            records[2]!.ToJsonString());
        Assert.Equal("shardId-000000000001", (string)records[3]!["ShardId"]!);
    }

    [Fact]
    public async Task Nothing_of_a_shard_is_stored_after_an_entry_that_was_refused()
    {
        await Gateway.StreamAsync();

        var answer = await PutManyAsync([("a", 600_000), ("a", 600_000), ("a", 10), ("b", 10)]);

        Assert.Equal([true, false, false, false], answer["Records"]!.AsArray().Select(r => r!["ErrorCode"] is null));
        Assert.Single((await Gateway.GetRecordsAsync(await Gateway.IteratorAsync()))["Records"]!.AsArray());
        // What was refused did not use anything up.
        Assert.Equal(0, Failed(await PutManyAsync([("a", 400_000)])));
    }

    [Fact]
    public async Task A_request_of_which_nothing_fits_reaches_no_shard()
    {
        await Gateway.StreamAsync();
        (await PutAsync(Mebibyte - 1)).AssertOk();

        var answer = await PutManyAsync([("a", 1), ("b", 1)]);

        Assert.Equal(2, Failed(answer));
        Assert.Equal(1, Gateway.Streams.AppendCalls);
    }

    [Fact]
    public async Task Each_shard_has_a_rate_of_its_own()
    {
        await Gateway.StreamAsync(shards: 2);
        (await PutAsync(Mebibyte - 1)).AssertOk();

        Assert.Equal(0, Failed(await PutManyAsync([("a", Mebibyte - 1, Upper)])));
        Assert.Equal(1, Failed(await PutManyAsync([("a", 0)])));
    }

    [Fact]
    public async Task A_record_of_ten_mebibytes_is_taken_from_a_full_second_and_earned_afterwards()
    {
        var stream = await Gateway.StreamAsync();
        await Gateway.Streams.UpdateStreamAsync(stream.Id, new StreamChange.SetMaxRecordSize(10_240), isCompat: true, default);
        (await PutAsync(0)).AssertOk();
        (await PutAsync((10 * Mebibyte) - 1)).AssertError("ProvisionedThroughputExceededException", RateExceeded);
        Gateway.Time.Advance(TimeSpan.FromSeconds(1));

        (await PutAsync((10 * Mebibyte) - 1)).AssertOk();

        Gateway.Time.Advance(TimeSpan.FromSeconds(9));
        (await PutAsync(0)).AssertError("ProvisionedThroughputExceededException", RateExceeded);
        Gateway.Time.Advance(TimeSpan.FromMicroseconds(1));
        (await PutAsync(0)).AssertOk();
    }

    private async Task<Answer> PutAsync(int dataBytes) => await Gateway.CallAsync("PutRecord", new
    {
        StreamName = "s",
        PartitionKey = "k",
        Data = Convert.ToBase64String(new byte[dataBytes]),
        ExplicitHashKey = "0",
    });

    private async Task<JsonNode> PutManyAsync(params Put[] records)
    {
        var body = new StringBuilder("{\"StreamName\":\"s\",\"Records\":[");
        foreach (var (key, bytes, hashKey) in records)
        {
            body.Append($"{{\"PartitionKey\":\"{key}\",\"ExplicitHashKey\":\"{hashKey}\",\"Data\":\"")
                .Append(Convert.ToBase64String(new byte[bytes])).Append("\"},");
        }
        return (await Gateway.CallAsync("PutRecords", body.ToString(0, body.Length - 1) + "]}")).AssertOk();
    }

    private static int Failed(JsonNode answer) => (int)answer["FailedRecordCount"]!;

    private readonly record struct Put(string Key, int DataBytes, string HashKey)
    {
        public static implicit operator Put((string Key, int DataBytes) put) => new(put.Key, put.DataBytes, "0");

        public static implicit operator Put((string Key, int DataBytes, string HashKey) put) => new(put.Key, put.DataBytes, put.HashKey);
    }
}
