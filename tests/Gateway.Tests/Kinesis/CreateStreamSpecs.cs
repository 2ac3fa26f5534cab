using ActorStreams.Gateway.Hosting;
using ActorStreams.Shards.Streams;
using ActorStreams.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace ActorStreams.Gateway.Tests.Kinesis;

public class CreateStreamSpecs : GatewaySpecs
{
    [Fact]
    public async Task A_stream_is_created_and_the_answer_is_empty()
    {
        var answer = await Gateway.CallAsync("CreateStream", new { StreamName = "orders", ShardCount = 3 });

        Assert.Equal((200, ""), (answer.Status, answer.Body));
        Assert.Equal(ContentType, answer.Headers["Content-Type"]);
        var stream = Gateway.Streams.Describe(new StreamId(GatewayHost.Region, "orders"));
        Assert.Equal((StreamMode.Provisioned, 3), (stream.Mode, stream.OpenShards));
    }

    [Theory]
    [InlineData("{\"StreamName\":\"s\"}")]
    [InlineData("{\"StreamName\":\"s\",\"StreamModeDetails\":{\"StreamMode\":\"ON_DEMAND\"}}")]
    [InlineData("{\"StreamName\":\"s\",\"ShardCount\":null,\"Unknown\":[1,{\"x\":null}],\"StreamModeDetails\":null}")]
    public async Task Without_a_shard_count_it_is_on_demand_with_four_shards(string body)
    {
        (await Gateway.CallAsync("CreateStream", body)).AssertOk();

        var stream = Gateway.Streams.Describe(new StreamId(GatewayHost.Region, "s"));
        Assert.Equal((StreamMode.OnDemand, 4), (stream.Mode, stream.OpenShards));
    }

    [Fact]
    public async Task A_name_is_taken_once_in_a_region()
    {
        await Gateway.StreamAsync("s");

        (await Gateway.CallAsync("CreateStream", new { StreamName = "s", ShardCount = 1 }))
            .AssertError("ResourceInUseException", $"Stream s under account {Account} already exists.");
        (await Gateway.CallAsync("CreateStream", new { StreamName = "s", ShardCount = 1 }, region: "mars-north-1")).AssertOk();
    }

    [Fact]
    public async Task Violations_are_all_listed()
    {
        AssertViolations(await Gateway.CallAsync("CreateStream", "{}"), Null("streamName"));
        AssertViolations(
            await Gateway.CallAsync("CreateStream", new { StreamName = "", ShardCount = 0 }),
            Fails("0", "shardCount", ValueAtLeast(1)),
            Fails("", "streamName", NamePattern),
            Fails("", "streamName", NotEmpty));
        AssertViolations(
            await Gateway.CallAsync("CreateStream", new { StreamName = new string('a', 129), ShardCount = 1 }),
            Fails(new string('a', 129), "streamName", AtMost(128)));
        AssertViolations(
            await Gateway.CallAsync("CreateStream", new { StreamName = "s", StreamModeDetails = new { StreamMode = "FAST" } }),
            Fails("FAST", "streamModeDetails.streamMode", "Member must satisfy enum value set: [PROVISIONED, ON_DEMAND]"));
        AssertViolations(
            await Gateway.CallAsync("CreateStream", new { StreamName = "s", StreamModeDetails = new { } }),
            Null("streamModeDetails.streamMode"));
    }

    [Theory]
    [InlineData("{\"StreamName\":1}", "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String")]
    [InlineData("{\"StreamName\":true}", "class java.lang.Boolean can not be converted to an String")]
    [InlineData("{\"StreamName\":[]}", "Start of list found where not expected")]
    [InlineData("{\"StreamName\":{}}", "Start of structure or map found where not expected.")]
    [InlineData("{\"ShardCount\":\"1\"}", "class java.lang.String can not be converted to an Integer")]
    [InlineData("{\"ShardCount\":true}", "class java.lang.Boolean can not be converted to an Integer")]
    [InlineData("{\"StreamModeDetails\":1}", "Expected null")]
    [InlineData("{\"Tags\":1}", "Expected map or null")]
    public async Task A_member_of_a_wrong_type_is_named(string body, string message) =>
        (await Gateway.CallAsync("CreateStream", body)).AssertWrongType(message);

    [Fact]
    public async Task The_shard_quota_is_told_as_the_service_tells_it()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var small = await GatewayHost.StartAsync(new GatewayOptions(), new InMemoryStreams(time, shardQuota: 5), time);
        await small.StreamAsync("s", shards: 3);

        (await small.CallAsync("CreateStream", new { StreamName = "t", ShardCount = 3 })).AssertError(
            "LimitExceededException",
            $"This request would exceed the shard limit for the account {Account} in {GatewayHost.Region}. Current shard count for the "
            + "account: 3. Limit: 5. Number of additional shards that would have resulted from this request: 3. Refer to the AWS Service "
            + "Limits page (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits and how to request "
            + "higher limits.");
        // Clamped to 2^31-1 as the service does, then beyond the quota.
        Assert.Contains("2147483647", (await small.CallAsync("CreateStream", "{\"StreamName\":\"t\",\"ShardCount\":99999999999}")).Body);
    }

    [Fact]
    public async Task Its_tags_and_the_size_of_its_records_are_given_with_it()
    {
        (await Gateway.CallAsync("CreateStream", new { StreamName = "s", ShardCount = 1, MaxRecordSizeInKiB = 10_240, Tags = new { a = "b" } })).AssertOk();

        Assert.Equal(10_240, (int)(await Gateway.SummaryAsync())["MaxRecordSizeInKiB"]!);
        Assert.Equal(
            "{\"Tags\":[{\"Key\":\"a\",\"Value\":\"b\"}],\"HasMoreTags\":false}",
            (await Gateway.CallAsync("ListTagsForStream", new { StreamName = "s" })).AssertOk().ToJsonString());
        AssertViolations(
            await Gateway.CallAsync("CreateStream", new { StreamName = "t", ShardCount = 1, MaxRecordSizeInKiB = 10_241, Tags = new { } }),
            Fails("{}", "tags", NotEmpty), Fails("10241", "maxRecordSizeInKiB", ValueAtMost(10_240)));
    }

    [Fact]
    public async Task A_store_that_is_away_is_an_error_to_retry()
    {
        Gateway.Streams.IsUnavailable = true;

        (await Gateway.CallAsync("CreateStream", new { StreamName = "s", ShardCount = 1 })).AssertError("InternalFailure", null, 500);
    }
}
