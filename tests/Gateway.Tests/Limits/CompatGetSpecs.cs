using ActorStreams.Gateway.Hosting;
using ActorStreams.Gateway.Limits;

namespace ActorStreams.Gateway.Tests.Limits;

/// <summary>Five reads and 2 MiB a second of each shard; after a read of 10 MiB none for 5 s. Five iterators a second.</summary>
public sealed class CompatGetSpecs : GatewaySpecs
{
    private const int Mebibyte = 1024 * 1024;

    public override Task InitializeAsync() => StartAsync(new GatewayOptions { Limits = LimitsMode.Compat });

    [Fact]
    public async Task Five_reads_of_a_shard_are_answered_in_a_second_and_the_sixth_is_not()
    {
        await Gateway.StreamAsync(shards: 2);
        var iterator = await Gateway.IteratorAsync();
        var other = await Gateway.IteratorAsync(shard: 1);

        for (var i = 0; i < 5; i++) (await GetAsync(iterator)).AssertOk();

        AssertThrottled(await GetAsync(iterator));
        (await GetAsync(other)).AssertOk();
        Gateway.Time.Advance(TimeSpan.FromMilliseconds(199));
        AssertThrottled(await GetAsync(iterator));
        Gateway.Time.Advance(TimeSpan.FromMilliseconds(1));
        (await GetAsync(iterator)).AssertOk();
        AssertThrottled(await GetAsync(iterator));
    }

    [Fact]
    public async Task After_a_read_of_ten_mebibytes_none_is_answered_for_five_seconds()
    {
        await Gateway.StreamAsync();
        for (var i = 0; i < 10; i++) await PutAsync(Mebibyte - 1);
        var iterator = await Gateway.IteratorAsync();

        Assert.Equal(10, (await GetAsync(iterator)).AssertOk()["Records"]!.AsArray().Count);

        AssertThrottled(await GetAsync(iterator));
        Gateway.Time.Advance(TimeSpan.FromSeconds(5) - TimeSpan.FromMicroseconds(1));
        AssertThrottled(await GetAsync(iterator));
        Gateway.Time.Advance(TimeSpan.FromMicroseconds(1));
        (await GetAsync(iterator)).AssertOk();
    }

    [Fact]
    public async Task Two_mebibytes_are_read_in_a_second_and_more_must_wait()
    {
        await Gateway.StreamAsync();
        await PutAsync(Mebibyte - 1);
        var iterator = await Gateway.IteratorAsync();
        (await GetAsync(iterator)).AssertOk();
        (await GetAsync(iterator)).AssertOk();

        AssertThrottled(await GetAsync(iterator));

        // The second one took the last byte, so it is paid for as a whole: half a second.
        Gateway.Time.Advance(TimeSpan.FromMilliseconds(500));
        (await GetAsync(iterator)).AssertOk();
    }

    [Fact]
    public async Task Reads_that_find_nothing_use_up_calls_only()
    {
        await Gateway.StreamAsync();
        var iterator = await Gateway.IteratorAsync("LATEST");
        for (var second = 0; second < 3; second++)
        {
            for (var i = 0; i < 5; i++) (await GetAsync(iterator)).AssertOk();
            Gateway.Time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public async Task Five_iterators_of_a_shard_are_given_in_a_second_and_the_sixth_is_not()
    {
        await Gateway.StreamAsync(shards: 2);
        for (var i = 0; i < 5; i++) await Gateway.IteratorAsync();

        AssertThrottled(await IteratorCallAsync(shard: 0));

        (await IteratorCallAsync(shard: 1)).AssertOk();
        Gateway.Time.Advance(TimeSpan.FromMilliseconds(200));
        (await IteratorCallAsync(shard: 0)).AssertOk();
        AssertThrottled(await IteratorCallAsync(shard: 0));
    }

    private static void AssertThrottled(Answer answer) => answer.AssertError(
        "ProvisionedThroughputExceededException",
        "Rate exceeded for shard shardId-000000000000 in stream s under account 000000000000.");

    private Task<Answer> IteratorCallAsync(int shard) => Gateway.CallAsync(
        "GetShardIterator", new { StreamName = "s", ShardId = $"shardId-{shard}", ShardIteratorType = "TRIM_HORIZON" });

    private Task<Answer> GetAsync(string iterator) => Gateway.CallAsync("GetRecords", new { ShardIterator = iterator });

    private async Task PutAsync(int dataBytes)
    {
        (await Gateway.CallAsync(
            "PutRecord", new { StreamName = "s", PartitionKey = "k", Data = Convert.ToBase64String(new byte[dataBytes]) })).AssertOk();
        Gateway.Time.Advance(TimeSpan.FromSeconds(1));
    }
}
