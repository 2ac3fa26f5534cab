using System.Text.Json.Nodes;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Gateway.Tests.Firehose;

public sealed class PutRecordBatchSpecs : FirehoseSpecs
{
    private const int Mebibyte = 1024 * 1024;

    [Fact]
    public async Task Records_stand_in_their_order_each_under_an_id_of_its_own()
    {
        await DeliveryAsync();
        var records = Enumerable.Range(0, 500).Select(i => $"{i}").ToList();

        var answer = (await PutBatchAsync(records)).AssertOk();

        Assert.Equal((0, false), ((int)answer["FailedPutCount"]!, (bool)answer["Encrypted"]!));
        var ids = answer["RequestResponses"]!.AsArray().Select(r => (string)r!["RecordId"]!).ToList();
        Assert.Equal(500, ids.Distinct().Count());
        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
        Assert.Equal(records, await StoredAsync());
        Assert.Equal(1, Gateway.Streams.AppendCalls);
    }

    [Fact]
    public async Task Five_hundred_and_one_are_refused_and_so_is_none()
    {
        AssertViolations(await PutBatchAsync(Enumerable.Repeat("x", 501)), Fails("[501 entries]", "records", LengthAtMost(500)));
        AssertViolations(await PutBatchAsync([]), Fails("[]", "records", NotEmpty));
        AssertViolations(await CallAsync("PutRecordBatch", "{}"), Null("deliveryStreamName"), Null("records"));
        AssertViolations(
            await CallAsync("PutRecordBatch", """{"DeliveryStreamName":"d","Records":[{"Data":""},{},null]}"""),
            Null("records.2.member.data"),
            Null("records.3.member.data"));
        (await CallAsync("PutRecordBatch", """{"DeliveryStreamName":"d","Records":{}}""")).AssertWrongType("Start of structure or map found where not expected.");
    }

    [Fact]
    public async Task Four_mebibytes_are_taken_and_one_byte_more_is_not()
    {
        await DeliveryAsync();
        // Four records of 1,000,000 bytes and the rest.
        string[] full = [.. Enumerable.Repeat(new string('x', 1_000_000), 4), new string('y', (4 * Mebibyte) - 4_000_000)];

        (await PutBatchAsync(full)).AssertOk();
        (await PutBatchAsync([.. full, "z"])).AssertError("InvalidArgumentException", "Records size exceeds 4 MB limit");
        AssertViolations(
            await PutBatchAsync(["a", new string('x', 1_024_001)]),
            Fails("java.nio.HeapByteBuffer[pos=0 lim=1024001 cap=1024001]", "records.2.member.data", LengthAtMost(1_024_000)));
    }

    [Theory]
    [InlineData(AppendError.Overloaded, "Slow down.")]
    [InlineData(AppendError.OutcomeUnknown, "The store did not confirm the record in time; it may have been stored. Try again.")]
    public async Task What_is_not_stored_is_told_entry_by_entry(AppendError refusal, string message)
    {
        await DeliveryAsync();
        Refuse(refusal);

        var answer = (await PutBatchAsync(["a", "b"])).AssertOk();

        Assert.Equal(2, (int)answer["FailedPutCount"]!);
        var failed = new JsonObject { ["ErrorCode"] = "ServiceUnavailableException", ["ErrorMessage"] = message }.ToJsonString();
        Assert.Equal([failed, failed], answer["RequestResponses"]!.AsArray().Select(r => r!.ToJsonString()));
    }

    [Fact]
    public async Task As_long_as_the_SDK_tries_again_an_unknown_outcome_fails_the_call()
    {
        await DeliveryAsync();
        Refuse(AppendError.OutcomeUnknown, times: 1);
        (string, string)[] First(int attempt) => [("amz-sdk-invocation-id", "11111111-0000-0000-0000-000000000000"), ("amz-sdk-request", $"attempt={attempt}; max=2")];

        Assert.Equal(500, (await PutBatchAsync(["a", "b"], headers: First(1))).Status);
        var last = (await PutBatchAsync(["a", "b"], headers: First(2))).AssertOk();

        Assert.Equal(0, (int)last["FailedPutCount"]!);
        Assert.Equal(["a", "b"], await StoredAsync());
    }

    [Fact]
    public async Task A_producer_is_stored_once_however_its_records_are_batched()
    {
        await DeliveryAsync();

        (await ProducerAsync(epoch: 1, 1, 2, 3)).AssertOk();
        var second = await ProducerAsync(epoch: 1, 2, 3, 4, 5);
        var third = await ProducerAsync(epoch: 2, 1, 2, 3, 4, 5, 6);

        Assert.Equal(0, (int)second.AssertOk()["FailedPutCount"]!);
        Assert.Equal(("2", "5"), (second.Headers["x-actorstreams-repeated"], third.Headers["x-actorstreams-repeated"]));
        Assert.All(third.AssertOk()["RequestResponses"]!.AsArray(), r => Assert.NotEmpty((string)r!["RecordId"]!));
        Assert.Equal(["1", "2", "3", "4", "5", "6"], await StoredAsync());
        Assert.Equal("ResourceInUseException", (string)(await ProducerAsync(epoch: 1, 7)).Json["__type"]!);
    }

    [Fact]
    public async Task A_producer_goes_on_over_a_split_of_what_it_puts_to()
    {
        var delivery = await DeliveryAsync();
        (await ProducerAsync(epoch: 1, 1, 2, 3)).AssertOk();

        foreach (var shard in ShardsOf().ToList()) Gateway.Streams.Split(delivery.Puts!.Value, shard.Key.Shard);
        (await ProducerAsync(epoch: 1, 3, 4)).AssertOk();

        Assert.Equal(["1", "2", "3", "4"], await StoredAsync());
    }

    private Task<Answer> ProducerAsync(int epoch, params int[] positions) => PutBatchAsync(
        positions.Select(p => $"{p}"),
        headers:
        [
            ("x-actorstreams-producer", "agent:flow 1"), ("x-actorstreams-epoch", $"{epoch}"), ("x-actorstreams-position", string.Join(',', positions)),
        ]);
}
