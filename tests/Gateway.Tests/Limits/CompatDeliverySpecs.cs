using System.Text.Json.Nodes;
using ActorStreams.Gateway.Hosting;
using ActorStreams.Gateway.Limits;
using ActorStreams.Gateway.Tests.Firehose;

namespace ActorStreams.Gateway.Tests.Limits;

/// <summary>1,000 requests, 100,000 records and 1 MiB a second of each delivery stream, and five calls of each other operation.</summary>
public sealed class CompatDeliverySpecs : FirehoseSpecs
{
    private const int Mebibyte = 1024 * 1024;
    private const string Unavailable = "ServiceUnavailableException";
    private static readonly string s_half = new('x', Mebibyte / 2);

    public override Task InitializeAsync() => StartAsync(new GatewayOptions { Limits = LimitsMode.Compat });

    [Fact]
    public async Task A_mebibyte_of_data_is_taken_in_a_second_and_a_byte_more_is_not()
    {
        await DeliveryAsync();

        Assert.Equal([null, null], Codes(await PutBatchAsync([s_half, s_half])));
        (await PutAsync("x")).AssertError(Unavailable, "Slow down.", status: 500);

        Gateway.Time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal([null, Unavailable], Codes(await PutBatchAsync([s_half, "x"])));
        Assert.Equal([s_half, s_half, s_half], await StoredAsync());
    }

    [Fact]
    public async Task The_first_records_of_a_batch_are_stored_and_none_behind_one_that_is_refused()
    {
        await DeliveryAsync();

        var answer = (await PutBatchAsync(["a", s_half, s_half, "b"])).AssertOk();

        Assert.Equal((2, "Slow down."), ((int)answer["FailedPutCount"]!, (string?)answer["RequestResponses"]![2]!["ErrorMessage"]));
        Assert.Equal(["a", s_half], await StoredAsync());
        // What was refused did not use anything up.
        (await PutAsync(s_half[1..])).AssertOk();
    }

    [Fact]
    public async Task A_thousand_requests_are_taken_in_a_second_whatever_they_carry()
    {
        await DeliveryAsync();
        await DeliveryAsync("e");
        for (var i = 0; i < 1_000; i++) (await PutAsync("")).AssertOk();

        (await PutAsync("")).AssertError(Unavailable, "Slow down.", status: 500);
        Assert.Equal([Unavailable, Unavailable], Codes(await PutBatchAsync(["a", "b"])));
        (await PutAsync("", "e")).AssertOk();

        Gateway.Time.Advance(TimeSpan.FromMilliseconds(1));
        (await PutAsync("")).AssertOk();
        (await PutAsync("")).AssertError(Unavailable, "Slow down.", status: 500);
    }

    [Fact]
    public async Task A_hundred_thousand_records_are_taken_in_a_second()
    {
        await DeliveryAsync();
        var full = Enumerable.Repeat("", 500).ToList();
        for (var i = 0; i < 200; i++) Assert.Equal(0, (int)(await PutBatchAsync(full)).AssertOk()["FailedPutCount"]!);

        Assert.Equal(500, (int)(await PutBatchAsync(full)).AssertOk()["FailedPutCount"]!);
    }

    [Theory]
    [InlineData("us-east-1", 5 * Mebibyte)]
    [InlineData("us-west-2+firehose", 5 * Mebibyte)]
    [InlineData("eu-west-1", 5 * Mebibyte)]
    [InlineData("us-east-2+firehose", Mebibyte)]
    public void The_large_regions_take_more(string region, int bytes) => Assert.Equal(bytes, FirehoseRates.OfPuts(region).Bytes);

    [Fact]
    public async Task A_call_that_stored_something_is_not_refused_when_it_is_tried_again()
    {
        await DeliveryAsync();
        (string, string)[] call = [("x-actorstreams-client-token", "t")];
        var first = (await PutBatchAsync([s_half, s_half], headers: call)).AssertOk();

        Assert.Equal(first.ToJsonString(), (await PutBatchAsync([s_half, s_half], headers: call)).AssertOk().ToJsonString());
        (await PutAsync("x")).AssertError(Unavailable, "Slow down.", status: 500);
    }

    [Fact]
    public async Task Producers_with_positions_are_not_held_to_rates()
    {
        await DeliveryAsync();
        Assert.Equal([null, null], Codes(await PutBatchAsync([s_half, s_half])));

        (await PutAsync(s_half, headers: [("x-actorstreams-producer", "p"), ("x-actorstreams-epoch", "1"), ("x-actorstreams-position", "1")])).AssertOk();
    }

    [Theory]
    [InlineData("DescribeDeliveryStream")]
    [InlineData("DeleteDeliveryStream")]
    [InlineData("ListTagsForDeliveryStream")]
    [InlineData("ListDeliveryStreams")]
    public async Task An_operation_takes_five_calls_a_second_whatever_they_answer(string operation)
    {
        var body = operation == "ListDeliveryStreams" ? "{}" : """{"DeliveryStreamName":"none"}""";
        for (var i = 0; i < 5; i++) AssertNotThrottled(await CallAsync(operation, body));

        AssertThrottled(await CallAsync(operation, body), operation);

        Gateway.Time.Advance(TimeSpan.FromMilliseconds(200));
        AssertNotThrottled(await CallAsync(operation, body));
        AssertThrottled(await CallAsync(operation, body), operation);
        AssertNotThrottled(await CallAsync("TagDeliveryStream", """{"DeliveryStreamName":"none","Tags":[{"Key":"k"}]}"""));
    }

    private static void AssertThrottled(Answer answer, string operation) =>
        answer.AssertError("ThrottlingException", $"Please slow down. Max limit of 5 RPS has breached for {operation}.");

    private static void AssertNotThrottled(Answer answer) =>
        Assert.NotEqual("ThrottlingException", answer.Status == 200 ? null : (string?)answer.Json["__type"]);

    private static IEnumerable<string?> Codes(Answer answer) =>
        answer.AssertOk()["RequestResponses"]!.AsArray().Select(r => (string?)r!["ErrorCode"]);
}

/// <summary>The same calls where nothing is said of limits.</summary>
public sealed class OpenDeliverySpecs : FirehoseSpecs
{
    [Fact]
    public async Task There_are_no_rates()
    {
        await DeliveryAsync();
        var large = new string('x', Mebibyte);

        for (var i = 0; i < 3; i++) Assert.Equal(0, (int)(await PutBatchAsync([.. Enumerable.Repeat(large, 4)])).AssertOk()["FailedPutCount"]!);
        for (var i = 0; i < 20; i++) await DescribeAsync();
    }

    private const int Mebibyte = 1_000_000;
}
