using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActorStreams.Gateway.Auth;
using ActorStreams.Gateway.Hosting;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Gateway.Tests.Kinesis;

/// <summary>What the tries of one call store, told by the headers of SDKs or by one of ours.</summary>
public sealed class RepeatedCallSpecs : GatewaySpecs
{
    private const string ClientToken = "x-actorstreams-client-token";
    private static readonly StreamId s_stream = new(GatewayHost.Region, "s");

    [Theory]
    [InlineData("PutRecord")]
    [InlineData("PutRecords")]
    public async Task The_second_try_of_a_call_is_answered_as_the_first_and_stores_nothing(string operation)
    {
        await Gateway.StreamAsync(shards: 3);
        var body = operation == "PutRecord" ? One("a") : Many(20);

        var first = await TryAsync(operation, body, attempt: 1);
        var second = await TryAsync(operation, body, attempt: 2);

        Assert.Equal(first.AssertOk().ToJsonString(), second.AssertOk().ToJsonString());
        Assert.Equal(operation == "PutRecord" ? 1 : 20, await CountAsync());
    }

    [Fact]
    public async Task A_try_whose_answer_was_lost_is_found_by_the_next_one()
    {
        var stream = await Gateway.StreamAsync(shards: 2);
        Gateway.Streams.LoseAnswer(stream.Shards[0].Key);
        Gateway.Streams.LoseAnswer(stream.Shards[1].Key);

        (await TryAsync("PutRecords", Many(20), attempt: 1)).AssertError("InternalFailure", null, 500);
        Assert.Equal(0, (int)(await TryAsync("PutRecords", Many(20), attempt: 2)).AssertOk()["FailedRecordCount"]!);

        Assert.Equal(20, await CountAsync());
    }

    [Theory]
    [InlineData(AppendError.OutcomeUnknown)]
    [InlineData(AppendError.NotReady)]
    [InlineData(AppendError.Overloaded)]
    public async Task What_the_last_try_does_not_find_out_is_told_entry_by_entry(AppendError error)
    {
        var stream = await Gateway.StreamAsync(shards: 2);
        Gateway.Streams.FailAppends(stream.Shards[0].Key, new AppendReply.Refused(error, "as told"));

        (await TryAsync("PutRecords", Many(20), attempt: 2)).AssertError("InternalFailure", null, 500);
        var last = (await TryAsync("PutRecords", Many(20), attempt: 3)).AssertOk();

        Assert.InRange((int)last["FailedRecordCount"]!, 1, 19);
    }

    [Fact]
    public async Task A_shard_that_is_not_ready_is_left_to_the_next_try_which_finds_its_next_owner()
    {
        var stream = await Gateway.StreamAsync(shards: 2);
        Gateway.Streams.FailAppends(stream.Shards[0].Key, new AppendReply.Refused(AppendError.NotReady, "moving"), times: 1);

        (await TryAsync("PutRecords", Many(20), attempt: 1)).AssertError("InternalFailure", null, 500);
        var second = (await TryAsync("PutRecords", Many(20), attempt: 2)).AssertOk();

        Assert.Equal(0, (int)second["FailedRecordCount"]!);
        Assert.Equal(20, await CountAsync());
    }

    [Theory]
    [InlineData("amz-sdk-request", "attempt=1")]
    [InlineData("amz-sdk-retry", "0/0/500")]
    public async Task A_first_try_that_does_not_tell_how_many_there_are_is_not_the_last(string header, string value)
    {
        var stream = await Gateway.StreamAsync(shards: 2);
        Gateway.Streams.FailAppends(stream.Shards[0].Key, new AppendReply.Refused(AppendError.OutcomeUnknown, "as told"), times: 1);

        (await SendAsync("PutRecords", Many(20), ("amz-sdk-invocation-id", "one"), (header, value))).AssertError("InternalFailure", null, 500);
    }

    [Fact]
    public async Task What_is_refused_for_its_load_at_the_first_try_is_told_entry_by_entry()
    {
        var stream = await Gateway.StreamAsync(shards: 2);
        Gateway.Streams.FailAppends(stream.Shards[0].Key, new AppendReply.Refused(AppendError.Overloaded, "as told"));

        Assert.InRange((int)(await TryAsync("PutRecords", Many(20), attempt: 1)).AssertOk()["FailedRecordCount"]!, 1, 19);
    }

    [Fact]
    public async Task Entries_that_had_failed_are_tried_again_and_the_others_keep_their_numbers()
    {
        var stream = await Gateway.StreamAsync(shards: 2);
        Gateway.Streams.FailAppends(stream.Shards[0].Key, new AppendReply.Refused(AppendError.Overloaded, "full"), times: 1);

        var first = (await TryAsync("PutRecords", Many(20), attempt: 1)).AssertOk()["Records"]!.AsArray();
        var second = (await TryAsync("PutRecords", Many(20), attempt: 2)).AssertOk()["Records"]!.AsArray();

        Assert.Contains(first, r => r!["ErrorCode"] is not null);
        foreach (var (was, now) in first.Zip(second, (was, now) => (was, now)).Where(pair => pair.was!["ErrorCode"] is null))
            Assert.Equal(was!.ToJsonString(), now!.ToJsonString());
        Assert.Equal(20, await CountAsync());
    }

    [Fact]
    public async Task Another_call_another_body_another_key_and_another_operation_are_stored()
    {
        await Gateway.StreamAsync();

        (await TryAsync("PutRecord", One("a"), 1)).AssertOk();
        (await TryAsync("PutRecord", One("a"), 2, id: "another")).AssertOk();
        (await TryAsync("PutRecord", One("b"), 2)).AssertOk();
        (await TryAsync("PutRecord", One("a"), 2, key: new AccessKey("AKIDOTHER", "secret"))).AssertOk();
        (await TryAsync("PutRecords", Many(1), 2)).AssertOk();

        Assert.Equal(5, await CountAsync());
    }

    [Fact]
    public async Task A_stream_of_the_same_name_knows_nothing_of_its_namesake()
    {
        await Gateway.StreamAsync();
        (await TryAsync("PutRecord", One("a"), 1)).AssertOk();
        (await Gateway.CallAsync("DeleteStream", new { StreamName = "s" })).AssertOk();
        await Gateway.StreamAsync();

        (await TryAsync("PutRecord", One("a"), 2)).AssertOk();

        Assert.Equal(1, await CountAsync());
    }

    [Fact]
    public async Task After_the_window_a_try_is_stored_anew()
    {
        await Gateway.StreamAsync();
        (await TryAsync("PutRecord", One("a"), 1)).AssertOk();

        Gateway.Time.Advance(TimeSpan.FromMinutes(5));
        (await TryAsync("PutRecord", One("a"), 2)).AssertOk();
        Assert.Equal(1, await CountAsync());

        Gateway.Time.Advance(TimeSpan.FromMilliseconds(1));
        (await TryAsync("PutRecord", One("a"), 3)).AssertOk();
        Assert.Equal(2, await CountAsync());
    }

    [Fact]
    public async Task Calls_without_a_name_are_stored_as_often_as_they_come()
    {
        await Gateway.StreamAsync();

        for (var i = 0; i < 2; i++) (await Gateway.CallAsync("PutRecord", One("a"))).AssertOk();

        Assert.Equal(2, await CountAsync());
    }

    [Fact]
    public async Task Nothing_is_told_apart_where_the_settings_do_not_want_it()
    {
        await DisposeAsync();
        await StartAsync(new GatewayOptions { DetectRetries = false });
        await Gateway.StreamAsync();

        for (var attempt = 1; attempt <= 2; attempt++) (await TryAsync("PutRecord", One("a"), attempt)).AssertOk();

        Assert.Equal(2, await CountAsync());
    }

    [Fact]
    public async Task A_token_counts_whatever_the_settings_want_of_SDKs()
    {
        await DisposeAsync();
        await StartAsync(new GatewayOptions { DetectRetries = false });
        await Gateway.StreamAsync();

        for (var i = 0; i < 2; i++) (await SendAsync("PutRecord", One("a"), ("x-actorstreams-client-token", "t"))).AssertOk();

        Assert.Equal(1, await CountAsync());
    }

    [Fact]
    public async Task A_token_of_the_client_names_the_call_whatever_the_SDK_says()
    {
        await Gateway.StreamAsync(shards: 4);

        var first = await SendAsync("PutRecords", Many(10), (ClientToken, "order-17"), ("amz-sdk-invocation-id", "1"));
        var second = await SendAsync("PutRecords", Many(10), (ClientToken, "order-17"), ("amz-sdk-invocation-id", "2"));

        Assert.Equal(first.AssertOk().ToJsonString(), second.AssertOk().ToJsonString());
        Assert.Equal(10, await CountAsync());
    }

    [Theory]
    [InlineData("k0")]
    [InlineData("k1")]
    [InlineData("k2")]
    [InlineData("k3")]
    public async Task Another_body_under_a_token_of_the_client_is_refused_whatever_shard_it_is_for(string key)
    {
        await Gateway.StreamAsync(shards: 4);
        (await SendAsync("PutRecord", One("a", "k0"), (ClientToken, "order-17"))).AssertOk();

        (await SendAsync("PutRecord", One("b", key), (ClientToken, "order-17"))).AssertError(
            "InvalidArgumentException",
            "The token in x-actorstreams-client-token was used some minutes ago for the same operation with another body; give every call a token of its own.");

        Assert.Equal(1, await CountAsync());
    }

    [Fact]
    public async Task A_token_of_the_client_has_1_to_256_characters()
    {
        await Gateway.StreamAsync();

        (await SendAsync("PutRecord", One("a"), (ClientToken, new string('x', 256)))).AssertOk();
        (await SendAsync("PutRecord", One("a"), (ClientToken, new string('x', 257)))).AssertError(
            "InvalidArgumentException", "x-actorstreams-client-token has 1 to 256 characters; this one has 257.");
    }

    [Theory]
    [InlineData("amz-sdk-invocation-id")]
    [InlineData(ClientToken)]
    public async Task What_a_parent_stored_is_not_stored_by_its_children(string header)
    {
        await Gateway.StreamAsync(shards: 2);
        var first = await SendAsync("PutRecords", Many(30), (header, "17"));
        Gateway.Streams.Split(s_stream, 0);
        Gateway.Streams.Split(s_stream, 2);

        var second = await SendAsync("PutRecords", Many(30), (header, "17"));

        Assert.Equal(first.AssertOk().ToJsonString(), second.AssertOk().ToJsonString());
        Assert.Equal(30, await CountAsync());
    }

    [Fact]
    public async Task What_a_parent_had_refused_is_stored_by_its_children_and_found_there_by_the_next_try()
    {
        var stream = await Gateway.StreamAsync(shards: 2);
        Gateway.Streams.FailAppends(stream.Shards[0].Key, new AppendReply.Refused(AppendError.Overloaded, "full"), times: 1);
        (await TryAsync("PutRecords", Many(30), 1)).AssertOk();
        Gateway.Streams.Split(s_stream, 0);
        Gateway.Streams.Split(s_stream, 1);

        var second = await TryAsync("PutRecords", Many(30), 2);
        Gateway.Streams.Split(s_stream, 2);
        var third = await TryAsync("PutRecords", Many(30), 3);

        Assert.Equal(0, (int)second.AssertOk()["FailedRecordCount"]!);
        Assert.Equal(second.AssertOk().ToJsonString(), third.AssertOk().ToJsonString());
        Assert.Equal(30, await CountAsync());
    }

    [Fact]
    public async Task A_shard_that_an_earlier_try_sent_other_entries_tells_which()
    {
        // The first try knew of no split; of what it sent, its gateway routed again what the parent refused, and only that.
        var stream = await Gateway.StreamAsync(shards: 2);
        Gateway.Streams.FailAppends(stream.Shards[1].Key, new AppendReply.Refused(AppendError.OutcomeUnknown, "lost"), times: 1);
        (await TryAsync("PutRecords", Many(30), 1)).AssertError("InternalFailure", null, 500);
        Gateway.Streams.Merge(s_stream, 0, 1);

        var second = await TryAsync("PutRecords", Many(30), 2);
        var third = await TryAsync("PutRecords", Many(30), 3);

        Assert.Equal(0, (int)second.AssertOk()["FailedRecordCount"]!);
        Assert.Equal(second.AssertOk().ToJsonString(), third.AssertOk().ToJsonString());
        Assert.Equal(30, await CountAsync());
    }

    [Fact]
    public async Task A_shard_that_holds_some_of_the_entries_is_asked_which_and_sent_the_others()
    {
        var stream = await Gateway.StreamAsync(shards: 2);
        (await TryAsync("PutRecords", Many(30), 1)).AssertOk();
        foreach (var shard in stream.Shards)
            Gateway.Streams.FailAppends(shard.Key, new AppendReply.Refused(AppendError.CallOverlaps, "as told"), times: 1);

        var second = await TryAsync("PutRecords", Many(30), 2);

        Assert.Equal(0, (int)second.AssertOk()["FailedRecordCount"]!);
        Assert.Equal(30, await CountAsync());
    }

    [Fact]
    public async Task A_stream_that_does_not_say_what_is_stored_is_an_error_that_SDKs_retry()
    {
        await Gateway.StreamAsync(shards: 1);
        (await TryAsync("PutRecord", One("a"), 1)).AssertOk();
        Gateway.Streams.Split(s_stream, 0);
        Gateway.Streams.RefuseFinds = true;

        (await TryAsync("PutRecord", One("a"), 2)).AssertError("InternalFailure", null, 500);

        Gateway.Streams.RefuseFinds = false;
        (await TryAsync("PutRecord", One("a"), 3)).AssertOk();
        Assert.Equal(1, await CountAsync());
    }

    private static string One(string data, string key = "k") =>
        JsonSerializer.Serialize(new { StreamName = "s", PartitionKey = key, Data = GatewayHost.Base64(data) });

    private static string Many(int count) => JsonSerializer.Serialize(new
    {
        StreamName = "s",
        Records = Enumerable.Range(0, count).Select(i => new { PartitionKey = $"key-{i}", Data = GatewayHost.Base64($"data-{i}") }),
    });

    private Task<Answer> TryAsync(string operation, string body, int attempt, string id = "6a5c2f0e", AccessKey? key = null) =>
        SendAsync(operation, body, key, ("amz-sdk-invocation-id", id), ("amz-sdk-request", $"attempt={attempt}; max=3"));

    private Task<Answer> SendAsync(string operation, string body, params (string Name, string Value)[] headers) => SendAsync(operation, body, null, headers);

    private async Task<Answer> SendAsync(string operation, string body, AccessKey? key, params (string Name, string Value)[] headers)
    {
        using var request = Gateway.Request(operation, Encoding.UTF8.GetBytes(body), key: key);
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        return await Gateway.SendAsync(request);
    }

    private async Task<int> CountAsync()
    {
        var count = 0;
        foreach (var shard in Gateway.Streams.Describe(s_stream).Shards)
        {
            var read = await Gateway.Streams.ReadAsync(shard.Key, ShardPosition.TrimHorizon, 10_000, 1 << 20, TimeSpan.Zero, CancellationToken.None);
            count += Assert.IsType<ReadResult.Records>(read).Slices.Sum(s => s.Count);
        }
        return count;
    }
}
