using ActorStreams.Gateway.Auth;

namespace ActorStreams.Gateway.Tests.Policies;

/// <summary>Who may do what to a stream, with and without a policy.</summary>
public sealed class SharingSpecs : PolicySpecs
{
    /// <summary>A call by ARN of every operation that streams are shared for.</summary>
    public static TheoryData<string, string> Shared => new()
    {
        { "DescribeStream", $"{{\"StreamARN\":\"{Arn}\"}}" },
        { "DescribeStreamSummary", $"{{\"StreamARN\":\"{Arn}\"}}" },
        { "ListShards", $"{{\"StreamARN\":\"{Arn}\"}}" },
        { "PutRecord", $"{{\"StreamARN\":\"{Arn}\",\"PartitionKey\":\"k\",\"Data\":\"\"}}" },
        { "PutRecords", $"{{\"StreamARN\":\"{Arn}\",\"Records\":[{{\"PartitionKey\":\"k\",\"Data\":\"\"}}]}}" },
        { "GetShardIterator", $"{{\"StreamARN\":\"{Arn}\",\"ShardId\":\"0\",\"ShardIteratorType\":\"TRIM_HORIZON\"}}" },
        { "GetRecords", "{\"ShardIterator\":\"ITERATOR\"}" },
        { "GetRecords", $"{{\"ShardIterator\":\"ITERATOR\",\"StreamARN\":\"{Arn}\"}}" },
    };

    [Theory]
    [MemberData(nameof(Shared))]
    public async Task Another_account_may_do_what_a_policy_allows_and_nothing_without_one(string operation, string body)
    {
        await Gateway.StreamAsync();
        body = await WithIteratorAsync(body);

        AssertNotAllowed(await CallAsync(Guest, operation, body), $"{OtherAccount}:user/guest", operation);
        AssertNotAllowed(await CallAsync(Stray, operation, body), $"{OtherAccount}:user/AKSTRAY", operation);

        await AttachAsync(Policy("Allow", $"arn:aws:iam::{OtherAccount}:user/guest", $"kinesis:{operation}"));
        (await CallAsync(Guest, operation, body)).AssertOk();
        AssertNotAllowed(await CallAsync(Stray, operation, body), $"{OtherAccount}:user/AKSTRAY", operation);

        await AttachAsync(Policy("Allow", OtherAccount, "kinesis:*"));
        (await CallAsync(Stray, operation, body)).AssertOk();

        (await CallAsync(Owner, "DeleteResourcePolicy", new { ResourceARN = Arn })).AssertOk();
        AssertNotAllowed(await CallAsync(Guest, operation, body), $"{OtherAccount}:user/guest", operation);
    }

    [Theory]
    [MemberData(nameof(Shared))]
    public async Task The_account_of_the_stream_may_do_what_no_policy_denies(string operation, string body)
    {
        await Gateway.StreamAsync();
        body = await WithIteratorAsync(body);
        (await CallAsync(Owner, operation, body)).AssertOk();
        (await CallAsync(Clerk, operation, body)).AssertOk();

        await AttachAsync(Policy("Deny", $"arn:aws:iam::{Account}:user/clerk", $"kinesis:{operation}"));

        (await CallAsync(Owner, operation, body)).AssertOk();
        AssertDenied(await CallAsync(Clerk, operation, body), $"{Account}:user/clerk", operation);
    }

    [Fact]
    public async Task Another_account_may_do_only_the_operations_that_are_named()
    {
        await Gateway.StreamAsync();
        await AttachAsync(Policy("Allow", "*", "kinesis:Put*"));

        (await PutAsync(Guest)).AssertOk();
        AssertNotAllowed(
            await CallAsync(Guest, "ListShards", new { StreamARN = Arn }), $"{OtherAccount}:user/guest", "ListShards");
    }

    [Fact]
    public async Task Another_account_may_describe_a_consumer_whose_policy_says_so()
    {
        await Gateway.StreamAsync();
        var arn = await FanOut.SubscriptionClient.RegisterAsync(Gateway, name: "c");
        AssertNotAllowed(await DescribeAsync(new { ConsumerARN = arn }), $"{OtherAccount}:user/guest", "DescribeStreamConsumer", arn);
        AssertNotAllowed(
            await DescribeAsync(new { StreamARN = Arn, ConsumerName = "d" }), $"{OtherAccount}:user/guest", "DescribeStreamConsumer");

        await AttachAsync(Policy("Allow", OtherAccount, "kinesis:DescribeStreamConsumer", arn), arn);

        foreach (var named in (object[])[new { ConsumerARN = arn }, new { StreamARN = Arn, ConsumerName = "c" }])
            Assert.Equal(arn, (string)(await DescribeAsync(named)).AssertOk()["ConsumerDescription"]!["ConsumerARN"]!);
        AssertNotAllowed(
            await CallAsync(Guest, "DeregisterStreamConsumer", new { ConsumerARN = arn }), $"{OtherAccount}:user/guest", "DeregisterStreamConsumer", arn);

        Task<Answer> DescribeAsync(object named) => CallAsync(Guest, "DescribeStreamConsumer", named);
    }

    [Fact]
    public async Task A_producer_of_another_account_is_none_of_the_streams_own()
    {
        await Gateway.StreamAsync();
        await AttachAsync(Policy("Allow", OtherAccount, "kinesis:PutRecord"));
        Assert.NotNull((await ProduceAsync(Owner, epoch: 1, position: 1)).AssertOk()["SequenceNumber"]);

        Assert.NotNull((await ProduceAsync(Guest, epoch: 9, position: 100)).AssertOk()["SequenceNumber"]);

        Assert.NotNull((await ProduceAsync(Owner, epoch: 1, position: 2)).AssertOk()["SequenceNumber"]);
        Assert.Null((await ProduceAsync(Owner, epoch: 1, position: 2)).AssertOk()["SequenceNumber"]);
        Assert.Null((await ProduceAsync(Guest, epoch: 9, position: 100)).AssertOk()["SequenceNumber"]);

        async Task<Answer> ProduceAsync(AccessKey key, int epoch, int position)
        {
            var body = System.Text.Encoding.UTF8.GetBytes($"{{\"StreamARN\":\"{Arn}\",\"PartitionKey\":\"k\",\"Data\":\"\"}}");
            using var request = Gateway.Unsigned("PutRecord", body);
            request.Headers.Add("x-actorstreams-producer", "agent");
            request.Headers.Add("x-actorstreams-epoch", epoch.ToString(System.Globalization.CultureInfo.InvariantCulture));
            request.Headers.Add("x-actorstreams-position", position.ToString(System.Globalization.CultureInfo.InvariantCulture));
            new SigV4Signer(key, GatewayHost.Region, Gateway.Time).Sign(request, body);
            return await Gateway.SendAsync(request);
        }
    }

    [Theory]
    [InlineData("TagResource", ",\"Tags\":{\"a\":\"b\"}")]
    [InlineData("UntagResource", ",\"TagKeys\":[\"a\"]")]
    [InlineData("ListTagsForResource", "")]
    public async Task A_denial_of_a_consumer_covers_its_tags(string operation, string members)
    {
        await Gateway.StreamAsync();
        var arn = await FanOut.SubscriptionClient.RegisterAsync(Gateway, name: "c");
        await AttachAsync(Policy("Deny", $"arn:aws:iam::{Account}:user/clerk", "kinesis:*", arn), arn);
        var body = $"{{\"ResourceARN\":\"{arn}\"{members}}}";

        (await CallAsync(Owner, operation, body)).AssertOk();
        AssertDenied(await CallAsync(Clerk, operation, body), $"{Account}:user/clerk", operation, arn);
    }

    [Fact]
    public async Task A_name_means_a_stream_of_the_callers_own_account_and_there_is_none()
    {
        await Gateway.StreamAsync();
        await AttachAsync(Policy("Allow", "*", "kinesis:*"));

        (await CallAsync(Guest, "DescribeStreamSummary", new { StreamName = "s" })).AssertError(
            "ResourceNotFoundException", $"Stream s under account {OtherAccount} not found.");
        (await CallAsync(Guest, "PutRecord", new { StreamName = "s", PartitionKey = "k", Data = "" })).AssertError(
            "ResourceNotFoundException", $"Stream s under account {OtherAccount} not found.");
        (await CallAsync(Guest, "DescribeStreamSummary", new { StreamARN = Arn.Replace(Account, OtherAccount, StringComparison.Ordinal) }))
            .AssertError("ResourceNotFoundException", $"Stream s under account {OtherAccount} not found.");
        var described = (await CallAsync(Guest, "DescribeStreamSummary", new { StreamARN = Arn })).AssertOk();
        Assert.Equal(Arn, (string)described["StreamDescriptionSummary"]!["StreamARN"]!);
    }

    [Theory]
    [MemberData(nameof(Shared))]
    public async Task Whether_a_stream_is_there_is_not_told_to_another_account(string operation, string body)
    {
        await Gateway.StreamAsync("t");
        body = await WithIteratorAsync(body, "t");

        var answer = await CallAsync(Guest, operation, body);

        // An iterator of a stream that is not shared either.
        var resource = operation == "GetRecords" && !body.Contains(Arn, StringComparison.Ordinal) ? Arn[..^1] + "t" : Arn;
        if (operation == "GetRecords" && resource == Arn) answer.AssertError("InvalidArgumentException", "Invalid ShardIterator.");
        else AssertNotAllowed(answer, $"{OtherAccount}:user/guest", operation, resource);
    }

    [Theory]
    [InlineData("DeleteStream", "StreamARN")]
    [InlineData("PutResourcePolicy", "ResourceARN")]
    [InlineData("GetResourcePolicy", "ResourceARN")]
    [InlineData("DeleteResourcePolicy", "ResourceARN")]
    public async Task Streams_are_not_shared_for_other_operations_whatever_a_policy_says(string operation, string member)
    {
        await Gateway.StreamAsync();
        await AttachAsync(Policy("Allow", "*", "kinesis:*"));

        AssertNotAllowed(
            await CallAsync(Guest, operation, $"{{\"{member}\":\"{Arn}\",\"Policy\":\"{{}}\"}}"), $"{OtherAccount}:user/guest", operation);
    }

    [Theory]
    [InlineData("CreateStream", "{\"StreamName\":\"n\",\"ShardCount\":1}")]
    [InlineData("ListStreams", "{}")]
    public async Task The_account_itself_is_closed_to_another_one(string operation, string body) =>
        (await CallAsync(Guest, operation, body)).AssertError(
            "AccessDeniedException",
            $"User: arn:aws:iam::{OtherAccount}:user/guest is not authorized to perform: kinesis:{operation} because no identity-based "
            + $"policy allows the kinesis:{operation} action");

    [Fact]
    public async Task A_denial_of_everything_leaves_the_owner_the_policy_itself()
    {
        await Gateway.StreamAsync();
        await AttachAsync(Policy("Deny", "*", "kinesis:*"));

        AssertDenied(await PutAsync(Owner), $"{Account}:user/{Owner.AccessKeyId}", "PutRecord");
        AssertDenied(await CallAsync(Owner, "DeleteStream", new { StreamName = "s" }), $"{Account}:user/{Owner.AccessKeyId}", "DeleteStream");
        Assert.Equal(
            Policy("Deny", "*", "kinesis:*"),
            (string)(await CallAsync(Clerk, "GetResourcePolicy", new { ResourceARN = Arn })).AssertOk()["Policy"]!);
        await AttachAsync(Policy("Deny", OtherAccount, "kinesis:*"));
        (await PutAsync(Owner)).AssertOk();
    }

    [Fact]
    public async Task Without_access_keys_nothing_is_checked()
    {
        await using var open = await GatewayHost.StartAsync();
        await open.StreamAsync();
        (await open.CallAsync("PutResourcePolicy", new { ResourceARN = Arn, Policy = Policy("Deny", "*", "*") })).AssertOk();

        await open.PutAsync();
    }

    private Task<Answer> PutAsync(AccessKey key) => CallAsync(key, "PutRecord", new { StreamARN = Arn, PartitionKey = "k", Data = "" });

    private async Task<string> WithIteratorAsync(string body, string stream = "s") =>
        body.Contains("ITERATOR", StringComparison.Ordinal)
            ? body.Replace("ITERATOR", await Gateway.IteratorAsync(stream: stream), StringComparison.Ordinal)
            : body;
}
