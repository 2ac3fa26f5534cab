using System.Text.Json.Nodes;

namespace ActorStreams.Gateway.Tests.Kinesis;

/// <summary>RegisterStreamConsumer, DescribeStreamConsumer, DeregisterStreamConsumer and ListStreamConsumers; DeleteStream with consumers.</summary>
public class ConsumerSpecs : GatewaySpecs
{
    private const long CreatedAtSeconds = 1_772_366_400;
    private const string Either = "Either ConsumerARN, or StreamARN and ConsumerName must be given.";
    private static readonly string s_stream = GatewayHost.ArnOf("s");
    private static readonly string s_consumer = $"{s_stream}/consumer/c:{CreatedAtSeconds}";

    [Fact]
    public async Task A_consumer_is_being_created_when_registered_and_active_when_described()
    {
        await Gateway.StreamAsync();

        var registered = (await Gateway.CallAsync("RegisterStreamConsumer", new { StreamARN = s_stream, ConsumerName = "c", Tags = new { a = "b" } })).AssertOk();
        var described = (await Gateway.CallAsync("DescribeStreamConsumer", new { ConsumerARN = s_consumer })).AssertOk();

        Assert.Equal(new JsonObject { ["Consumer"] = Consumer("c", "CREATING") }.ToJsonString(), registered.ToJsonString());
        var expected = Consumer("c", "ACTIVE");
        expected["StreamARN"] = s_stream;
        Assert.Equal(new JsonObject { ["ConsumerDescription"] = expected }.ToJsonString(), described.ToJsonString());
        Assert.Equal(1, (int)(await Gateway.SummaryAsync())["ConsumerCount"]!);
        var tags = (await Gateway.CallAsync("ListTagsForResource", new { ResourceARN = s_consumer })).AssertOk();
        Assert.Equal("{\"Tags\":[{\"Key\":\"a\",\"Value\":\"b\"}]}", tags.ToJsonString());
    }

    [Fact]
    public async Task A_name_is_taken_once_in_a_stream_and_free_again_afterwards()
    {
        await Gateway.StreamAsync();
        await Gateway.ConsumerAsync();

        (await Gateway.CallAsync("RegisterStreamConsumer", new { StreamARN = s_stream, ConsumerName = "c" }))
            .AssertError("ResourceInUseException", $"Consumer c of stream s under account {Account} already exists.");
        var answer = await Gateway.CallAsync("DeregisterStreamConsumer", new { ConsumerARN = s_consumer });
        Assert.Equal((200, ""), (answer.Status, answer.Body));
        (await Gateway.CallAsync("DescribeStreamConsumer", new { ConsumerARN = s_consumer }))
            .AssertError("ResourceNotFoundException", $"Consumer {s_consumer}, account {Account} not found.");

        Gateway.Time.Advance(TimeSpan.FromSeconds(1));
        var next = await Gateway.ConsumerAsync();
        Assert.Equal($"{s_stream}/consumer/c:{CreatedAtSeconds + 1}", next);
        // What an ARN names is one life of a consumer.
        (await Gateway.CallAsync("DeregisterStreamConsumer", new { ConsumerARN = s_consumer }))
            .AssertError("ResourceNotFoundException", $"Consumer {s_consumer}, account {Account} not found.");
    }

    [Theory]
    [InlineData("DescribeStreamConsumer")]
    [InlineData("DeregisterStreamConsumer")]
    public async Task It_is_named_by_its_arn_or_by_stream_and_name(string operation)
    {
        await Gateway.StreamAsync();
        await Gateway.StreamAsync("t");
        await Gateway.ConsumerAsync();

        (await Gateway.CallAsync(operation, "{}")).AssertError("InvalidArgumentException", Either);
        (await Gateway.CallAsync(operation, new { StreamARN = s_stream })).AssertError("InvalidArgumentException", Either);
        (await Gateway.CallAsync(operation, new { ConsumerName = "c" })).AssertError("InvalidArgumentException", Either);
        (await Gateway.CallAsync(operation, new { ConsumerARN = s_consumer, ConsumerName = "d" }))
            .AssertError("InvalidArgumentException", "ConsumerARN names another consumer than StreamARN and ConsumerName do.");
        (await Gateway.CallAsync(operation, new { ConsumerARN = s_consumer, StreamARN = GatewayHost.ArnOf("t") }))
            .AssertError("InvalidArgumentException", "ConsumerARN names another consumer than StreamARN and ConsumerName do.");
        (await Gateway.CallAsync(operation, new { StreamARN = s_stream, ConsumerName = "d" }))
            .AssertError("ResourceNotFoundException", $"Consumer d, account {Account} not found.");
        (await Gateway.CallAsync(operation, new { StreamARN = GatewayHost.ArnOf("nope"), ConsumerName = "c" }))
            .AssertError("ResourceNotFoundException", $"Stream nope under account {Account} not found.");
        foreach (var elsewhere in (string[])[s_consumer.Replace("stream/s", "stream/nope", StringComparison.Ordinal), s_consumer.Replace(GatewayHost.Region, "us-east-1", StringComparison.Ordinal), s_consumer + "99999999999999999999"])
        {
            (await Gateway.CallAsync(operation, new { ConsumerARN = elsewhere }))
                .AssertError("ResourceNotFoundException", $"Consumer {elsewhere}, account {Account} not found.");
        }
        AssertViolations(
            await Gateway.CallAsync(operation, new { ConsumerARN = s_stream }),
            Fails(s_stream, "consumerARN", "Member must satisfy regular expression pattern: "
                + @"^(arn):aws.*:kinesis:.*:\d{12}:.*stream\/[a-zA-Z0-9_.-]+\/consumer\/[a-zA-Z0-9_.-]+:[0-9]+"));
        (await Gateway.CallAsync(operation, new { StreamARN = s_stream, ConsumerName = "c" })).AssertOk();
    }

    [Fact]
    public async Task A_stream_has_twenty_at_most()
    {
        await Gateway.StreamAsync();
        for (var i = 0; i < 20; i++) await Gateway.ConsumerAsync($"c{i}");

        (await Gateway.CallAsync("RegisterStreamConsumer", new { StreamARN = s_stream, ConsumerName = "c" })).AssertError(
            "LimitExceededException", $"Stream s under account {Account} has 20 registered consumers, as many as it may have.");
    }

    [Fact]
    public async Task They_are_listed_in_order_over_pages()
    {
        await Gateway.StreamAsync();
        await Gateway.StreamAsync("t");
        foreach (var name in (string[])["b", "a", "C", "d"]) await Gateway.ConsumerAsync(name);

        var first = (await Gateway.CallAsync("ListStreamConsumers", new { StreamARN = s_stream, MaxResults = 3 })).AssertOk();
        var token = (string)first["NextToken"]!;
        var second = (await Gateway.CallAsync("ListStreamConsumers", new { StreamARN = s_stream, NextToken = token })).AssertOk();

        Assert.Equal("C a b", Names(first));
        Assert.Equal(Consumer("C", "ACTIVE").ToJsonString(), first["Consumers"]![0]!.ToJsonString());
        Assert.Equal(("d", null), (Names(second), (string?)second["NextToken"]));
        Assert.Equal("{\"Consumers\":[]}", (await Gateway.CallAsync("ListStreamConsumers", new { StreamARN = GatewayHost.ArnOf("t") })).AssertOk().ToJsonString());
        (await Gateway.CallAsync("ListStreamConsumers", new { StreamARN = GatewayHost.ArnOf("t"), NextToken = token }))
            .AssertError("InvalidArgumentException", "Invalid NextToken.");
        (await Gateway.CallAsync("ListStreamConsumers", $"{{\"StreamARN\":\"{s_stream}\",\"NextToken\":\"{token}\",\"StreamCreationTimestamp\":{CreatedAtSeconds}}}"))
            .AssertError("InvalidArgumentException", "NextToken and StreamCreationTimestamp cannot be provided together.");
        Gateway.Time.Advance(TimeSpan.FromMilliseconds(300_001));
        (await Gateway.CallAsync("ListStreamConsumers", new { StreamARN = s_stream, NextToken = token }))
            .AssertError("ExpiredNextTokenException", "The pagination token has expired.");
    }

    [Fact]
    public async Task A_list_is_of_one_life_of_a_stream()
    {
        await Gateway.StreamAsync();

        (await Gateway.CallAsync("ListStreamConsumers", $"{{\"StreamARN\":\"{s_stream}\",\"StreamCreationTimestamp\":{CreatedAtSeconds}}}")).AssertOk();
        (await Gateway.CallAsync("ListStreamConsumers", $"{{\"StreamARN\":\"{s_stream}\",\"StreamCreationTimestamp\":{CreatedAtSeconds - 1}}}"))
            .AssertError("ResourceNotFoundException", $"Stream s under account {Account} not found.");
    }

    [Fact]
    public async Task A_stream_with_consumers_is_deleted_only_when_that_is_enforced()
    {
        await Gateway.StreamAsync();
        await Gateway.ConsumerAsync();
        var message = $"Stream s under account {Account} has registered consumers (1). Deregister them, or delete the stream with EnforceConsumerDeletion.";

        (await Gateway.CallAsync("DeleteStream", new { StreamName = "s" })).AssertError("ResourceInUseException", message);
        (await Gateway.CallAsync("DeleteStream", new { StreamName = "s", EnforceConsumerDeletion = false })).AssertError("ResourceInUseException", message);
        (await Gateway.CallAsync("DeleteStream", new { StreamName = "s", EnforceConsumerDeletion = true })).AssertOk();
    }

    [Fact]
    public async Task Violations_are_listed()
    {
        AssertViolations(await Gateway.CallAsync("RegisterStreamConsumer", "{}"), Null("consumerName"), Null("streamARN"));
        AssertViolations(await Gateway.CallAsync("ListStreamConsumers", "{}"), Null("streamARN"));
        AssertViolations(
            await Gateway.CallAsync("RegisterStreamConsumer", new { StreamARN = s_stream, ConsumerName = new string('c', 129) }),
            Fails(new string('c', 129), "consumerName", AtMost(128)));
        AssertViolations(
            await Gateway.CallAsync("ListStreamConsumers", new { StreamARN = s_stream, MaxResults = 10_001 }),
            Fails("10001", "maxResults", ValueAtMost(10_000)));
    }

    private static JsonObject Consumer(string name, string status) => new()
    {
        ["ConsumerName"] = name,
        ["ConsumerARN"] = $"{s_stream}/consumer/{name}:{CreatedAtSeconds}",
        ["ConsumerStatus"] = status,
        ["ConsumerCreationTimestamp"] = 1772366400.25m,
    };

    private static string Names(JsonNode answer) => string.Join(' ', answer["Consumers"]!.AsArray().Select(c => (string)c!["ConsumerName"]!));
}
