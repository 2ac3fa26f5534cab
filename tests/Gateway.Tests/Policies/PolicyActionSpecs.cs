using System.Text.Json;
using ActorStreams.Gateway.Tests.Kinesis;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Tests.Policies;

/// <summary>PutResourcePolicy, GetResourcePolicy and DeleteResourcePolicy.</summary>
public sealed class PolicyActionSpecs : PolicySpecs
{
    private const string NotFound = $"Stream s under account {Account} not found.";
    private const string ResourcePattern = @"Member must satisfy regular expression pattern: arn:aws.*:kinesis:.*:\d{12}:.*stream/\S+";

    [Fact]
    public async Task A_policy_is_given_back_as_it_was_put_until_it_is_deleted()
    {
        await Gateway.StreamAsync();
        Assert.Equal("{}", await PolicyAsync(Arn));
        var first = "  " + Policy("Allow", "*", "kinesis:Get*");
        var second = Policy("Deny", OtherAccount, "kinesis:PutRecord");

        await AttachAsync(first);
        Assert.Equal(first, await PolicyAsync(Arn));
        await AttachAsync(second);
        Assert.Equal(second, await PolicyAsync(Arn));

        var deleted = await CallAsync(Owner, "DeleteResourcePolicy", new { ResourceARN = Arn });
        Assert.Equal((200, ""), (deleted.Status, deleted.Body));
        Assert.Equal("{}", await PolicyAsync(Arn));
        (await CallAsync(Owner, "DeleteResourcePolicy", new { ResourceARN = Arn })).AssertError(
            "ResourceNotFoundException", $"No resource policy found for resource ARN {Arn}.");
    }

    [Fact]
    public async Task A_consumer_has_a_policy_of_its_own()
    {
        var stream = await Gateway.StreamAsync();
        await Gateway.Streams.UpdateStreamAsync(
            stream.Id, new StreamChange.RegisterConsumer("c", StreamConfiguration.NoTags), isCompat: false, default);
        var arn = $"{Arn}/consumer/c:{Gateway.Time.GetUtcNow().ToUnixTimeSeconds()}";
        var policy = Policy("Allow", OtherAccount, "kinesis:SubscribeToShard", arn);

        Assert.Equal("{}", await PolicyAsync(arn));
        await AttachAsync(policy, arn);

        Assert.Equal(policy, await PolicyAsync(arn));
        Assert.Equal("{}", await PolicyAsync(Arn));
        (await CallAsync(Owner, "PutResourcePolicy", new { ResourceARN = arn, Policy = Policy("Allow", "*", "kinesis:PutRecord", arn) })).AssertError(
            "InvalidArgumentException",
            "The policy cannot be attached: Action in statement 1 'kinesis:PutRecord' is none that this resource can be shared for; allowed "
            + "are kinesis:DescribeStreamConsumer, kinesis:SubscribeToShard, and wildcards that cover one of them.");
        foreach (var gone in (string[])[arn + "1", $"{Arn}/consumer/d:1"])
        {
            (await CallAsync(Owner, "GetResourcePolicy", new { ResourceARN = gone })).AssertError(
                "ResourceNotFoundException", $"Consumer {gone}, account {Account} not found.");
            (await CallAsync(Owner, "PutResourcePolicy", new { ResourceARN = gone, Policy = policy })).AssertError(
                "ResourceNotFoundException", $"Consumer {gone}, account {Account} not found.");
            (await CallAsync(Owner, "DeleteResourcePolicy", new { ResourceARN = gone })).AssertError(
                "ResourceNotFoundException", $"Consumer {gone}, account {Account} not found.");
        }
        (await CallAsync(Owner, "DeleteResourcePolicy", new { ResourceARN = arn })).AssertOk();
        (await CallAsync(Owner, "DeleteResourcePolicy", new { ResourceARN = arn })).AssertError(
            "ResourceNotFoundException", $"No resource policy found for resource ARN {arn}.");
    }

    [Theory]
    [InlineData("PutResourcePolicy")]
    [InlineData("GetResourcePolicy")]
    [InlineData("DeleteResourcePolicy")]
    public async Task The_resource_must_be_named_and_must_be_there(string operation)
    {
        (await CallAsync(Owner, operation, new { ResourceARN = Arn, Policy = Policy("Allow", "*", "*") }))
            .AssertError("ResourceNotFoundException", NotFound);
        AssertViolations(await CallAsync(Owner, operation, "{\"Policy\":\"x\"}"), Null("resourceARN"));
        AssertViolations(
            await CallAsync(Owner, operation, "{\"Policy\":\"x\",\"ResourceARN\":\"s\"}"), Fails("s", "resourceARN", ResourcePattern));
        var odd = $"{Arn}/consumer/c";
        (await CallAsync(Owner, operation, new { ResourceARN = odd, Policy = "{}" })).AssertError(
            "InvalidArgumentException", $"ResourceARN {odd} names neither a stream nor a consumer of one.");
    }

    [Fact]
    public async Task A_policy_must_be_given_and_must_be_one()
    {
        await Gateway.StreamAsync();

        AssertViolations(await CallAsync(Owner, "PutResourcePolicy", new { ResourceARN = Arn }), Null("policy"));
        (await CallAsync(Owner, "PutResourcePolicy", new { ResourceARN = Arn, Policy = "x" })).AssertError(
            "InvalidArgumentException", "The policy cannot be attached: it is not JSON.");
        (await CallAsync(Owner, "PutResourcePolicy", new { ResourceARN = Arn, Policy = Policy("Allow", "*", "kinesis:DeleteStream") }))
            .AssertError(
                "InvalidArgumentException",
                "The policy cannot be attached: Action in statement 1 'kinesis:DeleteStream' is none that this resource can be shared for; "
                + "allowed are kinesis:DescribeStream, kinesis:DescribeStreamSummary, kinesis:GetRecords, kinesis:GetShardIterator, "
                + "kinesis:ListShards, kinesis:PutRecord, kinesis:PutRecords, and wildcards that cover one of them.");
        Assert.Equal("{}", await PolicyAsync(Arn));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Spoiled_policies_never_give_a_500(int seed)
    {
        await Gateway.StreamAsync();
        var mutator = new Mutator(seed);
        var call = JsonSerializer.Serialize(new { ResourceARN = Arn, Policy = Policy("Allow", "*", "kinesis:Put*") });
        var accepted = 0;
        for (var i = 0; i < 1_000; i++)
        {
            var policy = System.Text.Encoding.UTF8.GetString(mutator.Mutate(Policy("Allow", OtherAccount, "kinesis:Get*")));
            var body = mutator.OneIn(3)
                ? System.Text.Encoding.UTF8.GetString(mutator.Mutate(call))
                : JsonSerializer.Serialize(new { ResourceARN = Arn, Policy = policy });

            var answer = await CallAsync(Owner, "PutResourcePolicy", body);

            Assert.True(answer.Status is 200 or 400, $"Seed {seed}, case {i}: {answer.Status} {answer.Body} to {body}");
            if (answer.Status == 200) accepted++;
            // Whatever was taken can be judged by.
            var got = await CallAsync(Guest, "ListShards", new { StreamARN = Arn });
            Assert.True(got.Status is 200 or 400, $"Seed {seed}, case {i}: {got.Status} {got.Body} under {body}");
        }
        Assert.InRange(accepted, 1, 999);
    }

    private async Task<string> PolicyAsync(string arn) =>
        (string)(await CallAsync(Owner, "GetResourcePolicy", new { ResourceARN = arn })).AssertOk()["Policy"]!;
}
