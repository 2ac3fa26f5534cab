using System.Text.Json.Nodes;
using ActorStreams.Gateway.Firehose;
using ActorStreams.Shards.Log;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Gateway.Tests.Firehose;

public sealed class PutRecordSpecs : FirehoseSpecs
{
    [Fact]
    public async Task A_record_is_stored_under_an_id_that_names_its_position()
    {
        await DeliveryAsync();

        var answer = (await PutAsync("first")).AssertOk();

        Assert.Equal(["RecordId", "Encrypted"], answer.AsObject().Select(m => m.Key));
        Assert.False((bool)answer["Encrypted"]!);
        var position = PositionIn(answer);
        Assert.Contains(ShardsOf(), s => s.Key.Shard == position.Shard && s.Key.Incarnation == position.Incarnation);
        Assert.Equal(["first"], await StoredAsync());
    }

    [Fact]
    public async Task Calls_spread_over_the_shards()
    {
        await DeliveryAsync();

        var shards = new HashSet<int>();
        for (var i = 0; i < 50; i++) shards.Add(PositionIn((await PutAsync()).AssertOk()).Shard);

        Assert.Equal(2, shards.Count);
    }

    [Fact]
    public async Task One_thousand_kibibytes_are_taken_and_one_byte_more_is_not_and_none_is_enough()
    {
        await DeliveryAsync();

        (await PutAsync(new string('x', 1_024_000))).AssertOk();
        (await PutAsync("")).AssertOk();
        AssertViolations(
            await PutAsync(new string('x', 1_024_001)),
            Fails("java.nio.HeapByteBuffer[pos=0 lim=1024001 cap=1024001]", "record.data", LengthAtMost(1_024_000)));
        Assert.Equal(2, (await StoredAsync()).Count);
    }

    [Fact]
    public async Task Name_and_record_are_checked()
    {
        AssertViolations(await CallAsync("PutRecord", "{}"), Null("deliveryStreamName"), Null("record"));
        AssertViolations(await CallAsync("PutRecord", """{"DeliveryStreamName":"d","Record":{}}"""), Null("record.data"));
        AssertViolations(await PutAsync(name: "a b"), Fails("a b", "deliveryStreamName", NamePattern));
        AssertViolations(await PutAsync(name: ""), Fails("", "deliveryStreamName", NamePattern), Fails("", "deliveryStreamName", NotEmpty));
        AssertViolations(await PutAsync(name: new string('a', 65)), Fails(new string('a', 65), "deliveryStreamName", LengthAtMost(64)));
        (await PutAsync(name: new string('a', 64))).AssertError("ResourceNotFoundException", NotFound(new string('a', 64)));
        (await CallAsync("PutRecord", """{"DeliveryStreamName":"d","Record":7}""")).AssertWrongType("Expected null");
        (await CallAsync("PutRecord", """{"DeliveryStreamName":7}""")).AssertWrongType(
            "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String");
        (await CallAsync("PutRecord", """{"DeliveryStreamName":"d","Record":{"Data":"a"}}""")).AssertWrongType(
            "'a' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 bytes but found: 1");
    }

    [Fact]
    public async Task One_that_reads_a_stream_takes_no_puts()
    {
        await FromStreamAsync();

        (await PutAsync(name: "k")).AssertError(
            "InvalidArgumentException", "This operation is not permitted on KinesisStreamAsSource delivery stream type.");
    }

    [Theory]
    [InlineData(DeliveryStatus.Creating)]
    [InlineData(DeliveryStatus.CreatingFailed)]
    [InlineData(DeliveryStatus.Deleting)]
    public async Task One_that_is_not_active_is_not_found_and_looked_for_again_at_once(DeliveryStatus status)
    {
        Deliveries.StatusOfNew = status;
        await DeliveryAsync();

        (await PutAsync()).AssertError("ResourceNotFoundException", NotFound("d"));
        Deliveries.Set("d", d => d with { Status = DeliveryStatus.Active });
        (await PutAsync()).AssertOk();
    }

    [Fact]
    public async Task It_is_asked_for_once_a_second_however_many_puts_there_are()
    {
        await DeliveryAsync();
        for (var i = 0; i < 10; i++) (await PutAsync()).AssertOk();
        Assert.Equal(1, Deliveries.Describes);

        Gateway.Time.Advance(TimeSpan.FromSeconds(1));
        (await PutAsync()).AssertOk();

        Assert.Equal(2, Deliveries.Describes);
    }

    [Fact]
    public async Task What_is_gone_is_found_out_by_the_append()
    {
        var before = await DeliveryAsync();
        (await PutAsync("lost with its stream")).AssertOk();
        await Deliveries.DeleteAsync(before.Id, default);

        (await PutAsync()).AssertError("ResourceNotFoundException", NotFound("d"));
    }

    [Fact]
    public async Task One_that_is_there_anew_under_its_name_gets_the_record()
    {
        var before = await DeliveryAsync();
        (await PutAsync("of yesterday")).AssertOk();
        await Deliveries.DeleteAsync(before.Id, default);
        await Deliveries.CreateAsync(
            new NewDeliveryStream(before.Id, before.Source, null, null, before.Destination, null, before.Tags), default);

        (await PutAsync("of today")).AssertOk();

        Assert.Equal(["of today"], await StoredAsync());
    }

    [Fact]
    public async Task What_there_is_no_room_for_is_refused_until_there_is()
    {
        await DeliveryAsync();
        Deliveries.HasRoom = false;
        (await PutAsync("early")).AssertError("ServiceUnavailableException", "Slow down.", 500);
        (await CallAsync("PutRecordBatch", $$"""{"DeliveryStreamName":"d","Records":[{"Data":"YQ=="}]}""")).AssertError("ServiceUnavailableException", "Slow down.", 500);

        Deliveries.HasRoom = true;
        (await PutAsync("late")).AssertOk();

        Assert.Equal(["late"], await StoredAsync());
    }

    [Fact]
    public async Task Refusals_are_errors_that_SDKs_retry()
    {
        await DeliveryAsync();
        Refuse(AppendError.Overloaded);
        (await PutAsync()).AssertError("ServiceUnavailableException", "Slow down.", 500);
        Refuse(AppendError.OutcomeUnknown);
        (await PutAsync()).AssertError(
            "ServiceUnavailableException", "The store did not confirm the record in time; it may have been stored. Try again.", 500);

        Gateway.Streams.HealAppends();
        Deliveries.Instead = new DeliveryResult.Unavailable("asked for");
        Gateway.Time.Advance(TimeSpan.FromSeconds(1));
        (await PutAsync()).AssertError("ServiceUnavailableException", "Slow down.", 500);
        Deliveries.Instead = null;
        (await PutAsync()).AssertOk();
    }

    [Fact]
    public async Task It_says_whether_records_are_sealed()
    {
        await DeliveryAsync();
        Deliveries.Set("d", d => d with { EncryptionKey = "aws/firehose" });

        Assert.True((bool)(await PutAsync()).AssertOk()["Encrypted"]!);
    }

    [Fact]
    public async Task The_second_try_of_a_call_is_answered_as_the_first_and_stores_nothing()
    {
        await DeliveryAsync();
        for (var i = 0; i < 5; i++)
        {
            var first = await TryAsync($"record {i}", call: i, attempt: 1);
            var second = await TryAsync($"record {i}", call: i, attempt: 2);
            Assert.Equal(first.AssertOk().ToJsonString(), second.AssertOk().ToJsonString());
        }

        Assert.Equal(5, (await StoredAsync()).Count);
    }

    [Fact]
    public async Task A_try_whose_answer_was_lost_is_found_by_the_next_one()
    {
        await DeliveryAsync();
        foreach (var shard in ShardsOf()) Gateway.Streams.LoseAnswer(shard.Key);

        (await TryAsync("once", call: 1, attempt: 1)).AssertError(
            "ServiceUnavailableException", "The store did not confirm the record in time; it may have been stored. Try again.", 500);
        (await TryAsync("once", call: 1, attempt: 2)).AssertOk();

        Assert.Equal(["once"], await StoredAsync());
    }

    [Fact]
    public async Task A_token_of_the_client_stands_for_one_body()
    {
        await DeliveryAsync();
        var token = ("x-actorstreams-client-token", "order 17");
        (await PutAsync("a", headers: token)).AssertOk();
        (await PutAsync("a", headers: token)).AssertOk();

        Assert.Equal("InvalidArgumentException", (string)(await PutAsync("b", headers: token)).Json["__type"]!);
        Assert.Equal(["a"], await StoredAsync());
    }

    private static SequenceNumber PositionIn(JsonNode answer)
    {
        Assert.True(SequenceNumber.TryParse((string)answer["RecordId"]!, out var position));
        return position;
    }

    private Task<Answer> TryAsync(string data, int call, int attempt) => PutAsync(
        data, headers: [("amz-sdk-invocation-id", $"00000000-0000-0000-0000-{call:d12}"), ("amz-sdk-request", $"attempt={attempt}; max=3")]);
}
