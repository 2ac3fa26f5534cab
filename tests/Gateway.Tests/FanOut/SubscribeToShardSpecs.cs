using ActorStreams.Gateway.FanOut;
using ActorStreams.Gateway.Hosting;
using ActorStreams.Gateway.Limits;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using FsCheck.Xunit;

namespace ActorStreams.Gateway.Tests.FanOut;

public sealed class SubscribeToShardSpecs : GatewaySpecs
{
    private const string ArnPattern = @"^(arn):aws.*:kinesis:.*:\d{12}:.*stream\/[a-zA-Z0-9_.-]+\/consumer\/[a-zA-Z0-9_.-]+:[0-9]+";

    [Fact]
    public async Task Records_are_pushed_as_they_come_with_a_number_to_go_on_from()
    {
        var (_, arn) = await ReadyAsync();
        using var subscription = await SubscribeAsync(arn);
        var first = await Gateway.PutAsync("1", key: "a\"b");

        var e = await subscription.EventAsync();

        Assert.Equal(
            $$$"""{"Records":[{"SequenceNumber":"{{{first}}}","ApproximateArrivalTimestamp":1772366400.250,"Data":"MQ==","PartitionKey":"a\"b"}],"""
            + $$"""
              "ContinuationSequenceNumber":"{{first}}","MillisBehindLatest":0}
              """.Trim(),
            e.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        await Gateway.PutAsync("2");
        Assert.Equal("2", SubscriptionClient.Text(await subscription.EventAsync()));
        Assert.Equal(1, Gateway.SubscriptionCount);
    }

    [Fact]
    public async Task What_is_there_comes_in_order_in_events_of_bounded_size()
    {
        var (_, arn) = await ReadyAsync();
        var data = new string('x', 300_000);
        for (var i = 0; i < 9; i++) await Gateway.PutAsync(data + i);
        using var subscription = await SubscribeAsync(arn);

        var text = "";
        var events = 0;
        long behindMs;
        do
        {
            var e = await subscription.EventAsync();
            text += SubscriptionClient.Text(e);
            behindMs = (long)e["MillisBehindLatest"]!;
            events++;
            Assert.InRange(e["Records"]!.AsArray().Count, 1, 4);
        }
        while (behindMs > 0);

        Assert.Equal(string.Concat(Enumerable.Range(0, 9).Select(i => data + i)), text);
        Assert.Equal(3, events);
    }

    [Fact]
    public async Task While_nothing_comes_an_empty_event_does_and_after_five_minutes_the_end()
    {
        var (_, arn) = await ReadyAsync();
        var number = await Gateway.PutAsync("1");
        using var subscription = await SubscribeAsync(arn);
        await subscription.EventAsync();

        for (var seconds = 5; seconds < 300; seconds += 5)
        {
            await AdvanceAsync(TimeSpan.FromSeconds(5));
            var e = await subscription.EventAsync();
            Assert.Equal((0, number, 0L), (e["Records"]!.AsArray().Count, (string)e["ContinuationSequenceNumber"]!, (long)e["MillisBehindLatest"]!));
        }
        await AdvanceAsync(TimeSpan.FromSeconds(5));
        while (await subscription.MessageAsync() is { } last) Assert.Equal("event", last[":message-type"]);
        await UntilAsync(() => Gateway.SubscriptionCount == 0, "no subscription");
        using var next = await SubscribeAsync(arn, "AFTER_SEQUENCE_NUMBER", number);
        await Gateway.PutAsync("2");
        Assert.Equal("2", SubscriptionClient.Text(await next.EventAsync()));
    }

    [Theory]
    [InlineData("TRIM_HORIZON")]
    [InlineData("LATEST")]
    [InlineData("AT_SEQUENCE_NUMBER")]
    [InlineData("AFTER_SEQUENCE_NUMBER")]
    public async Task A_subscription_to_an_empty_shard_can_be_gone_on_from(string type)
    {
        var (stream, arn) = await ReadyAsync();
        var start = stream.Shards[0].StartingSequenceNumber.ToString();
        var number = type.EndsWith("NUMBER", StringComparison.Ordinal) ? start : null;
        string continuation;
        using (var subscription = await SubscribeAsync(arn, type, number))
        {
            await AdvanceAsync(TimeSpan.FromSeconds(5));
            continuation = (string)(await subscription.EventAsync())["ContinuationSequenceNumber"]!;
        }
        Assert.Equal(start, continuation);
        await Gateway.PutAsync("1");

        using var next = await SubscribeAsync(arn, "AFTER_SEQUENCE_NUMBER", continuation);

        Assert.Equal("1", SubscriptionClient.Text(await next.EventAsync()));
        var iterator = await Gateway.IteratorAsync("AFTER_SEQUENCE_NUMBER", number: continuation);
        Assert.Equal("1", SubscriptionClient.Text(await Gateway.GetRecordsAsync(iterator)));
    }

    [Fact]
    public async Task Starting_points_are_those_of_shard_iterators()
    {
        var (_, arn) = await ReadyAsync();
        var first = await Gateway.PutAsync("1");
        Gateway.Time.Advance(TimeSpan.FromMilliseconds(1));
        await Gateway.PutAsync("2");

        Assert.Equal("12", await FirstAsync(new { Type = "AT_SEQUENCE_NUMBER", SequenceNumber = first }));
        Assert.Equal("2", await FirstAsync(new { Type = "AFTER_SEQUENCE_NUMBER", SequenceNumber = first }));
        Assert.Equal("12", await FirstAsync(new { Type = "TRIM_HORIZON" }));
        Assert.Equal("2", await FirstAsync(new { Type = "AT_TIMESTAMP", Timestamp = 1772366400.251m }));

        async Task<string> FirstAsync(object start)
        {
            using var subscription = await SubscriptionClient.SubscribeAsync(Gateway, new { ConsumerARN = arn, ShardId = "0", StartingPosition = start });
            var text = SubscriptionClient.Text(await subscription.EventAsync());
            Gateway.Time.Advance(FanOutSubscription.ProtectedFor);
            return text;
        }
    }

    [Fact]
    public async Task A_second_subscription_is_refused_for_five_seconds_and_then_takes_over()
    {
        var (_, arn) = await ReadyAsync();
        var other = await SubscriptionClient.RegisterAsync(Gateway, name: "other");
        using var former = await SubscribeAsync(arn);
        using var undisturbed = await SubscribeAsync(other);
        Gateway.Time.Advance(TimeSpan.FromSeconds(5) - TimeSpan.FromMilliseconds(1));
        (await Gateway.CallAsync("SubscribeToShard", SubscriptionClient.Body(arn))).AssertError(
            "ResourceInUseException", $"Another subscription of consumer {arn} to shard shardId-000000000000 began less than 5 seconds ago.");
        Assert.Equal(2, Gateway.SubscriptionCount);
        Gateway.Time.Advance(TimeSpan.FromMilliseconds(1));
        await former.EventAsync();
        await undisturbed.EventAsync();

        using var newer = await SubscribeAsync(arn);

        Assert.Equal("ResourceInUseException", (await former.ExceptionAsync()).Type);
        await Gateway.PutAsync("1");
        Assert.Equal("1", SubscriptionClient.Text(await newer.EventAsync()));
        Assert.Equal("1", SubscriptionClient.Text(await undisturbed.EventAsync()));
    }

    [Fact]
    public async Task The_last_event_of_a_closed_shard_names_its_children_and_the_stream_ends()
    {
        var (stream, arn) = await ReadyAsync();
        await Gateway.PutAsync("1");
        using var subscription = await SubscribeAsync(arn);
        Assert.Equal("1", SubscriptionClient.Text(await subscription.EventAsync()));

        Gateway.Streams.Split(stream.Id, 0);

        var last = await subscription.EventAsync();
        Assert.Empty(last["Records"]!.AsArray());
        Assert.Null(last["ContinuationSequenceNumber"]);
        Assert.Equal(["shardId-000000000001", "shardId-000000000002"], last["ChildShards"]!.AsArray().Select(c => (string)c!["ShardId"]!));
        Assert.Equal("shardId-000000000000", (string)last["ChildShards"]![0]!["ParentShards"]![0]!);
        Assert.Equal("0", (string)last["ChildShards"]![0]!["HashKeyRange"]!["StartingHashKey"]!);
        Assert.Null(await subscription.MessageAsync());
    }

    [Fact]
    public async Task A_deleted_stream_ends_its_subscriptions_with_a_reason()
    {
        var (_, arn) = await ReadyAsync();
        using var subscription = await SubscribeAsync(arn);

        (await Gateway.CallAsync("DeleteStream", new { StreamName = "s", EnforceConsumerDeletion = true })).AssertOk();

        Assert.Equal(("ResourceNotFoundException", "Stream s was deleted."), await subscription.ExceptionAsync());
    }

    [Fact]
    public async Task A_deregistered_consumer_is_pushed_to_no_longer()
    {
        var (stream, arn) = await ReadyAsync();
        using var subscription = await SubscribeAsync(arn);
        await Gateway.Streams.UpdateStreamAsync(stream.Id, new StreamChange.DeregisterConsumer("reports"), isCompat: false, default);

        var message = await UntilAsync(subscription.MessageAsync());
        while (message![":message-type"] == "event") message = await UntilAsync(subscription.MessageAsync());

        Assert.Equal("ResourceNotFoundException", message[":exception-type"]);
        Assert.True(Gateway.Time.GetUtcNow() - stream.CreatedAt >= TimeSpan.FromSeconds(30));
        Assert.Null(await subscription.MessageAsync());
    }

    [Fact]
    public async Task A_shard_that_is_out_of_reach_is_waited_for_some_seconds_with_heart_beats()
    {
        var (_, arn) = await ReadyAsync();
        using var passing = await SubscribeAsync(arn);
        Gateway.Streams.IsUnavailable = true;
        await UntilAsync(passing.EventAsync());
        Gateway.Streams.IsUnavailable = false;
        await Gateway.PutAsync("1");
        var back = await UntilAsync(passing.EventAsync());
        while (SubscriptionClient.Text(back).Length == 0) back = await UntilAsync(passing.EventAsync());
        Assert.Equal("1", SubscriptionClient.Text(back));

        Gateway.Streams.IsUnavailable = true;
        var message = await UntilAsync(passing.MessageAsync());
        while (message![":message-type"] == "event") message = await UntilAsync(passing.MessageAsync());

        Assert.Equal("InternalFailureException", message[":exception-type"]);
        Assert.Null(await passing.MessageAsync());
    }

    [Fact]
    public async Task Who_meets_the_trim_horizon_goes_on_there()
    {
        var (stream, arn) = await ReadyAsync();
        var first = await Gateway.PutAsync("1");
        await Gateway.PutAsync("2");
        Assert.True(SequenceNumber.TryParse(first, out var number));
        Gateway.Streams.Trim(stream.Shards[0].Key, number.Row);

        using var subscription = await SubscribeAsync(arn, "AT_SEQUENCE_NUMBER", first);

        Assert.Equal("2", SubscriptionClient.Text(await subscription.EventAsync()));
    }

    [Fact]
    public async Task Violations_are_all_listed()
    {
        AssertViolations(await Gateway.CallAsync("SubscribeToShard", "{}"), Null("consumerARN"), Null("shardId"), Null("startingPosition"));
        AssertViolations(
            await Gateway.CallAsync("SubscribeToShard", """{"ConsumerARN":"x","ShardId":"!","StartingPosition":{"SequenceNumber":"00"}}"""),
            Fails("x", "consumerARN", "Member must satisfy regular expression pattern: " + ArnPattern),
            Fails("!", "shardId", NamePattern),
            Null("startingPosition.type"),
            Fails("00", "startingPosition.sequenceNumber", @"Member must satisfy regular expression pattern: 0|([1-9]\d{0,128})"));
        AssertViolations(
            await Gateway.CallAsync("SubscribeToShard", SubscriptionClient.Body(Arn("s", "c", 1), "NOW")),
            Fails(
                "NOW", "startingPosition.type",
                "Member must satisfy enum value set: [AFTER_SEQUENCE_NUMBER, LATEST, AT_TIMESTAMP, AT_SEQUENCE_NUMBER, TRIM_HORIZON]"));
        (await Gateway.CallAsync("SubscribeToShard", """{"StartingPosition":"LATEST"}""")).AssertWrongType("Expected null");
        (await Gateway.CallAsync("SubscribeToShard", """{"StartingPosition":{"Type":1}}"""))
            .AssertWrongType("class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String");
    }

    [Fact]
    public async Task What_is_not_there_is_named_before_the_stream_begins()
    {
        var (_, arn) = await ReadyAsync();
        await AssertUnknownAsync(Arn("s", "nobody", 1772366400));
        await AssertUnknownAsync(Arn("s", "reports", 1772366399));
        await AssertUnknownAsync(Arn("nope", "reports", 1772366400));
        await AssertUnknownAsync(arn.Replace(Account, "999999999999", StringComparison.Ordinal));
        await AssertUnknownAsync(arn.Replace(GatewayHost.Region, "us-east-1", StringComparison.Ordinal));
        await AssertUnknownAsync(arn + "99999999999999999999");
        (await Gateway.CallAsync("SubscribeToShard", SubscriptionClient.Body(arn, shard: "shardId-7"))).AssertError(
            "ResourceNotFoundException", $"Shard shardId-000000000007 in stream s under account {Account} does not exist");
        (await Gateway.CallAsync("SubscribeToShard", SubscriptionClient.Body(arn, shard: "x"))).AssertError(
            "ResourceNotFoundException", $"Could not find shard x in stream s under account {Account}.");
        Assert.Equal(0, Gateway.SubscriptionCount);

        async Task AssertUnknownAsync(string consumer) => (await Gateway.CallAsync("SubscribeToShard", SubscriptionClient.Body(consumer)))
            .AssertError("ResourceNotFoundException", $"Consumer {consumer}, account {Account} not found.");
    }

    [Theory]
    [InlineData("AT_SEQUENCE_NUMBER", null)]
    [InlineData("LATEST", "0")]
    [InlineData("AT_SEQUENCE_NUMBER", "0")]
    [InlineData("AT_TIMESTAMP", null)]
    public async Task Starting_points_that_make_no_sense_are_refused_before_the_stream_begins(string type, string? number)
    {
        var (_, arn) = await ReadyAsync();

        var answer = await Gateway.CallAsync("SubscribeToShard", SubscriptionClient.Body(arn, type, number));

        Assert.Equal((400, "InvalidArgumentException"), (answer.Status, (string)answer.Json["__type"]!));
        Assert.Equal(0, Gateway.SubscriptionCount);
    }

    [Fact]
    public async Task In_compat_mode_two_mebibytes_a_second_are_pushed_and_one_call_a_second_is_taken()
    {
        await Gateway.DisposeAsync();
        await StartAsync(new GatewayOptions { Limits = LimitsMode.Compat });
        var (_, arn) = await ReadyAsync();
        var data = new string('x', 1_000_000);
        for (var i = 0; i < 6; i++)
        {
            await Gateway.PutAsync(data);
            Gateway.Time.Advance(TimeSpan.FromSeconds(1));
        }
        using var subscription = await SubscribeAsync(arn);
        var again = await Gateway.CallAsync("SubscribeToShard", SubscriptionClient.Body(arn));
        Assert.Equal("LimitExceededException", (string)again.Json["__type"]!);
        // The same consumer, written otherwise.
        var odd = await Gateway.CallAsync("SubscribeToShard", SubscriptionClient.Body(arn.Insert(arn.LastIndexOf(':') + 1, "0")));
        Assert.Equal("LimitExceededException", (string)odd.Json["__type"]!);

        // A second's worth is in store, and what goes beyond it is waited for before the next.
        for (var i = 0; i < 3; i++) await subscription.EventAsync();
        var fourth = subscription.EventAsync();
        Assert.False(fourth.IsCompleted);
        var since = Gateway.Time.GetUtcNow();
        await UntilAsync(fourth);

        // 3,000,000 bytes less the 2 MiB in store, at 2 MiB a second. A slow machine lets more time pass.
        Assert.True(Gateway.Time.GetUtcNow() - since >= TimeSpan.FromSeconds(0.4));
    }

    [Fact]
    public async Task There_are_at_most_so_many_and_they_do_not_count_as_requests()
    {
        await Gateway.DisposeAsync();
        await StartAsync(new GatewayOptions { RequestsMax = 1, FanOut = new FanOutOptions { SubscriptionsMax = 2 } });
        var (_, arn) = await ReadyAsync();
        using var first = await SubscribeAsync(arn);
        using var second = await SubscribeAsync(await SubscriptionClient.RegisterAsync(Gateway, name: "second"));
        var third = await SubscriptionClient.RegisterAsync(Gateway, name: "third");

        (await Gateway.CallAsync("SubscribeToShard", SubscriptionClient.Body(third))).AssertError(
            "LimitExceededException", "This node has 2 subscriptions, as many as it may; try again later.");
        first.Dispose();
        await UntilAsync(() => Gateway.SubscriptionCount == 1, "one subscription left");

        using var now = await SubscribeAsync(third);
    }

    [Fact]
    public async Task A_server_that_stops_ends_its_subscriptions_at_once_and_whole()
    {
        var (_, arn) = await ReadyAsync();
        using var subscription = await SubscribeAsync(arn);
        await UntilAsync(() => Gateway.Streams.WaitingReads == 1, "a read that waits");

        await Gateway.StopAsync().WaitAsync(TimeSpan.FromSeconds(5));

        Assert.Null(await subscription.MessageAsync());
    }

    [Property(MaxTest = 200)]
    public void Behind_a_continuation_comes_exactly_what_is_next(uint row, ushort index)
    {
        var shard = new ShardKey("eu-test-1", new Incarnation(7), 3);
        var next = new ShardPosition(row, index);

        var number = ShardEvent.Continuation(shard, 2, next);

        var isStart = next.CompareTo(new ShardPosition(1, 0)) <= 0;
        Assert.Equal(isStart ? 0 : next.Index == 0 ? next.Row - 1 : next.Row, number.Row);
        if (!isStart) Assert.Equal(next, ShardPosition.After(number));
    }

    private async Task<(StreamDescription Stream, string Arn)> ReadyAsync() =>
        (await Gateway.StreamAsync(), await SubscriptionClient.RegisterAsync(Gateway));

    private Task<SubscriptionClient> SubscribeAsync(string arn, string type = "TRIM_HORIZON", string? number = null) =>
        SubscriptionClient.SubscribeAsync(Gateway, SubscriptionClient.Body(arn, type, number));

    private static string Arn(string stream, string consumer, long created) =>
        $"arn:aws:kinesis:{GatewayHost.Region}:{Account}:stream/{stream}/consumer/{consumer}:{created}";

    /// <summary>Lets time pass when the subscription waits for it.</summary>
    private async Task AdvanceAsync(TimeSpan by)
    {
        await UntilAsync(() => Gateway.Streams.WaitingReads == 1, "a read that waits");
        Gateway.Time.Advance(by);
    }

    /// <summary>Lets time pass until it is there.</summary>
    private async Task<T> UntilAsync<T>(Task<T> wanted)
    {
        while (!wanted.IsCompleted)
        {
            Gateway.Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.WhenAny(wanted, Task.Delay(2));
        }
        return await wanted;
    }

    private static async Task UntilAsync(Func<bool> condition, string what)
    {
        using var patience = new CancellationTokenSource(SubscriptionClient.Patience);
        while (!condition())
        {
            Assert.False(patience.IsCancellationRequested, $"Within {SubscriptionClient.Patience} there was not: {what}.");
            await Task.Yield();
        }
    }
}
