using System.Text.Json.Nodes;
using ActorStreams.Node.Apply;
using ActorStreams.TestKit;
using Xunit.Abstractions;

namespace ActorStreams.Node.Tests.Apply;

/// <summary>Files are applied to a real node, which is as they say afterwards.</summary>
public sealed class ApplySpecs(ApplyNode node, ITestOutputHelper output) : IClassFixture<ApplyNode>
{
    private const string Bucket = "RoleARN: arn:aws:iam::000000000000:role/any, BucketARN: 'arn:aws:s3:::lake'";

    [Fact]
    public async Task The_example_is_applied_once_and_a_second_time_nothing_differs()
    {
        var example = await File.ReadAllTextAsync(Path.Combine(NodeProcess.RepositoryRoot(), "examples", "apply", "badges.yaml"));
        var environment = new Dictionary<string, string> { ["ALARMS_URL"] = "http://127.0.0.1:9/alarms", ["ALARMS_KEY"] = "a-secret-of-mine" };

        Says(await node.ApplyAsync(example, ApplyMode.Check, environment), 0, "1 stream and 2 delivery streams, no error.");
        Says(await node.ApplyAsync(example, ApplyMode.Diff, environment), 6, "Stream badges: is not there", "3 to be created, 0 to be changed, 0 as described.");
        Assert.False((await node.Kinesis.CallAsync("DescribeStreamSummary", new JsonObject { ["StreamName"] = "badges" })).Succeeded);
        Says(await node.ApplyAsync(example, ApplyMode.Apply, environment), 0, "DeliveryStream alarms: created", "3 created, 0 changed, 0 as described.");

        Says(await node.ApplyAsync(example, ApplyMode.Apply, environment), 0, "Stream badges: nothing differs", "0 created, 0 changed, 3 as described.");
        Says(await node.ApplyAsync(example, ApplyMode.Diff, environment), 0, "0 to be created, 0 to be changed, 3 as described.");
        var summary = await StreamAsync("badges");
        Assert.Equal((2, 48), ((int)summary["OpenShardCount"]!, (int)summary["RetentionPeriodHours"]!));
        var delivery = await DescribeAsync("badges-to-lake");
        Assert.Equal("KinesisStreamAsSource", (string)delivery["DeliveryStreamType"]!);
        Assert.Equal("1", (string)delivery["VersionId"]!);
        Assert.Equal("badges/!{timestamp:yyyy-MM-dd}/", (string)delivery["Destinations"]![0]!["ExtendedS3DestinationDescription"]!["Prefix"]!);
    }

    [Fact]
    public async Task A_stream_becomes_what_the_file_says_and_keeps_what_it_does_not_say()
    {
        await node.ApplyAsync("{kind: Stream, name: grows, shardCount: 1, tags: {team: a, kept: b}}");

        var change = await node.ApplyAsync("{kind: Stream, name: grows, shardCount: 3, retentionHours: 72, encryptionKey: main, tags: {team: c}}");

        Says(change, 0, "Stream grows: changed", "shardCount: 1 -> 3", "retentionHours: 24 -> 72", "encryptionKey: \"none\" -> \"main\"", "tags.team: \"a\" -> \"c\"", "0 created, 1 changed");
        var summary = await StreamAsync("grows");
        Assert.Equal((3, 72, "main"), ((int)summary["OpenShardCount"]!, (int)summary["RetentionPeriodHours"]!, (string?)summary["KeyId"]));
        var tags = (await node.Kinesis.CallAsync("ListTagsForStream", new JsonObject { ["StreamName"] = "grows" })).Expect()["Tags"]!.AsArray();
        Assert.Equal(["kept=b", "team=c"], tags.Select(t => $"{t!["Key"]}={t["Value"]}"));

        Says(await node.ApplyAsync("{kind: Stream, name: grows, retentionHours: 24, encryptionKey: none, mode: on-demand}"), 0, "mode: \"provisioned\" -> \"on-demand\"");
        summary = await StreamAsync("grows");
        Assert.Equal((24, "NONE", "ON_DEMAND"), ((int)summary["RetentionPeriodHours"]!, (string)summary["EncryptionType"]!, (string)summary["StreamModeDetails"]!["StreamMode"]!));
        Says(await node.ApplyAsync("{kind: Stream, name: grows, mode: provisioned, shardCount: 2}"), 0, "shardCount: 3 -> 2");
        Says(await node.ApplyAsync("{kind: Stream, name: grows, mode: provisioned, shardCount: 2, retentionHours: 24, encryptionKey: none}"), 0, "nothing differs");
    }

    [Fact]
    public async Task A_stream_is_made_with_all_that_the_file_says()
    {
        Says(await node.ApplyAsync("{kind: Stream, name: whole, retentionHours: 48, encryptionKey: main, mode: on-demand}"), 0, "Stream whole: created");

        var summary = await StreamAsync("whole");
        Assert.Equal((48, "main", "ON_DEMAND"), ((int)summary["RetentionPeriodHours"]!, (string?)summary["KeyId"], (string)summary["StreamModeDetails"]!["StreamMode"]!));
    }

    [Fact]
    public async Task A_delivery_stream_becomes_what_the_file_says_and_keeps_what_it_does_not_say()
    {
        await node.ApplyAsync(Delivery("turns", "BufferingHints: {SizeInMBs: 1, IntervalInSeconds: 60}, CompressionFormat: GZIP"));

        var change = await node.ApplyAsync(Delivery("turns", "BufferingHints: {SizeInMBs: 2}, Prefix: in/") + "\nencryption: {KeyType: AWS_OWNED_CMK}\ntags: {team: a}");

        Says(
            change, 0, "BufferingHints.SizeInMBs: 1 -> 2", "Prefix: (none) -> \"in/\"", "encryption: \"none\" -> {\"KeyType\":\"AWS_OWNED_CMK\"}", "tags.team: (none) -> \"a\"");
        var delivery = await DescribeAsync("turns");
        var destination = delivery["Destinations"]![0]!["ExtendedS3DestinationDescription"]!;
        Assert.Equal("""{"SizeInMBs":2,"IntervalInSeconds":60}""", destination["BufferingHints"]!.ToJsonString());
        Assert.Equal(("GZIP", "in/", "2"), ((string?)destination["CompressionFormat"], (string?)destination["Prefix"], (string?)delivery["VersionId"]));
        Assert.Equal("ENABLED", (string?)delivery["DeliveryStreamEncryptionConfiguration"]!["Status"]);

        // No other version where the destination is as it is described.
        Says(await node.ApplyAsync(Delivery("turns", "Prefix: in/") + "\nencryption: none"), 0, "encryption: ");
        delivery = await DescribeAsync("turns");
        Assert.Equal(("2", "DISABLED"), ((string?)delivery["VersionId"], (string?)delivery["DeliveryStreamEncryptionConfiguration"]!["Status"]));
    }

    [Fact]
    public async Task Another_secret_is_a_difference_and_is_never_shown()
    {
        const string Yaml = "kind: DeliveryStream\nname: calls\ndestination:\n  HttpEndpointDestinationConfiguration:\n    EndpointConfiguration: {Url: 'http://127.0.0.1:9/${PART}', AccessKey: '${KEY}'}\n    S3Configuration: {" + Bucket + "}";
        var first = await node.ApplyAsync(Yaml, environment: new() { ["KEY"] = "secret-one", ["PART"] = "part-one" });
        Says(await node.ApplyAsync(Yaml, environment: new() { ["KEY"] = "secret-one", ["PART"] = "part-one" }), 0, "nothing differs");

        var second = await node.ApplyAsync(Yaml, ApplyMode.Diff, new() { ["KEY"] = "secret-two", ["PART"] = "part-two" });
        Says(second, 6, "EndpointConfiguration.AccessKey: *** -> ${KEY}", "EndpointConfiguration.Url: *** -> http://127.0.0.1:9/${PART}", "0 to be created, 1 to be changed");
        var third = await node.ApplyAsync(Yaml, environment: new() { ["KEY"] = "secret-two", ["PART"] = "part-two" });
        Says(await node.ApplyAsync(Yaml, environment: new() { ["KEY"] = "secret-two", ["PART"] = "part-two" }), 0, "nothing differs");

        var bad = await node.ApplyAsync(Yaml.Replace("http://", "ftp://", StringComparison.Ordinal), environment: new() { ["KEY"] = "secret-two", ["PART"] = "part-two" });
        Says(bad, 2, "f:5: DeliveryStream calls: destination.HttpEndpointDestinationConfiguration.EndpointConfiguration.Url: is 'ftp://127.0.0.1:9/${PART}'");
        var said = string.Concat(((Applied[])[first, second, third, bad]).Select(a => a.Output + a.Errors));
        Assert.DoesNotContain("secret-", said, StringComparison.Ordinal);
        Assert.DoesNotContain("part-", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("token-two-of-mine")]
    [InlineData("t2")]
    [InlineData("a+\"b\"<token-two>")]
    public async Task A_list_with_a_value_of_the_environment_shows_neither_that_nor_the_one_before(string second)
    {
        var name = $"listed-{second.Length}";
        var yaml = $"kind: DeliveryStream\nname: {name}\ndestination:\n  HttpEndpointDestinationConfiguration:\n    EndpointConfiguration: {{Url: 'http://127.0.0.1:9/'}}\n    S3Configuration: {{{Bucket}}}";
        const string Token = "{AttributeName: token, AttributeValue: '${TOKEN}'}";
        await node.ApplyAsync(yaml);

        var first = await ListAsync($"{Token}", "first-of-mine");
        Says(first, 0, "CommonAttributes: *** -> [{\"AttributeName\":\"token\",\"AttributeValue\":\"${TOKEN}\"}]");
        var more = await ListAsync($"{{AttributeName: site, AttributeValue: north}}, {Token}", second);
        Says(more, 0, "CommonAttributes: *** -> [{\"AttributeName\":\"site\",\"AttributeValue\":\"north\"},{\"AttributeName\":\"token\",\"AttributeValue\":\"${TOKEN}\"}]");
        var turned = await ListAsync($"{Token}, {{AttributeName: site, AttributeValue: north}}", "third-of-mine");
        Says(turned, 0, "CommonAttributes[0].AttributeValue: *** -> ${TOKEN}", "CommonAttributes[1].AttributeValue: *** -> \"north\"");
        Says(await ListAsync($"{Token}, {{AttributeName: site, AttributeValue: north}}", "third-of-mine"), 0, "nothing differs");

        var said = first.Output + more.Output + turned.Output;
        Assert.All((string[])["-of-mine", second, "token-two"], secret => Assert.DoesNotContain(secret, said, StringComparison.Ordinal));

        Task<Applied> ListAsync(string items, string token) =>
            node.ApplyAsync($"{yaml}\n    RequestConfiguration: {{CommonAttributes: [{items}]}}", environment: new() { ["TOKEN"] = token });
    }

    [Fact]
    public async Task Of_a_secret_that_the_node_does_not_compare_it_is_said_that_it_is_not_known()
    {
        using var folder = new TempFolder();
        await using var guarded = NodeProcess.Start(folder.Folder("data"), settings: new Dictionary<string, string>
        {
            ["Firehose:Buckets:lake:Folder"] = Directory.CreateDirectory(folder.Folder("lake")).FullName,
            ["Gateway:AccessKeys:0:AccessKeyId"] = "AKTEST",
            ["Gateway:AccessKeys:0:SecretAccessKey"] = "any",
            ["Gateway:AccessKeys:0:UserName"] = "looks",
            ["Gateway:AccessKeys:0:Policy"] = """
                {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"firehose:UpdateDestination","Resource":"*"}]}
                """,
        });
        await guarded.ReadyAsync();
        const string Yaml = "kind: DeliveryStream\nname: kept\ndestination:\n  HttpEndpointDestinationConfiguration:\n    EndpointConfiguration: {Url: 'http://127.0.0.1:9/', AccessKey: '${KEY}'}\n    S3Configuration: {" + Bucket + "}";
        Says(await ApplyNode.RunAsync(guarded.Endpoint, Yaml, environment: new() { ["KEY"] = "secret-one" }), 0, "DeliveryStream kept: created");

        Says(
            await ApplyNode.RunAsync(guarded.Endpoint, Yaml, ApplyMode.Diff, new() { ["KEY"] = "secret-two" }), 0,
            "DeliveryStream kept: nothing differs of what is known", "EndpointConfiguration.AccessKey: whether the node's is another is not known",
            "0 to be created, 0 to be changed, 0 as described, 1 not known.");
    }

    [Fact]
    public async Task What_came_in_between_is_not_undone()
    {
        await node.ApplyAsync(Delivery("raced", "Prefix: a/"));
        using var meanwhile = new Meanwhile("UpdateDestination", () => node.Firehose.CallAsync("UpdateDestination", new JsonObject
        {
            ["DeliveryStreamName"] = "raced",
            ["CurrentDeliveryStreamVersionId"] = "1",
            ["DestinationId"] = "destinationId-000000000001",
            ["ExtendedS3DestinationUpdate"] = new JsonObject { ["Prefix"] = "theirs/" },
        }));

        var late = await node.ApplyAsync(Delivery("raced", "Prefix: mine/"), network: meanwhile);

        Says(late, 1, "DeliveryStream raced: ConcurrentModificationException", "It was changed meanwhile by somebody else, and is left as it is", "0 created, 0 changed, 0 as described, 1 failed.");
        Assert.Equal("theirs/", (string?)(await DescribeAsync("raced"))["Destinations"]![0]!["ExtendedS3DestinationDescription"]!["Prefix"]);
    }

    [Fact]
    public async Task One_that_fails_does_not_keep_the_others_from_being_made()
    {
        using var meanwhile = new Meanwhile("CreateStream", () => node.Kinesis.CreateStreamAsync("first", 1));

        var run = await node.ApplyAsync("{kind: Stream, name: first, shardCount: 1}\n---\n{kind: Stream, name: second, shardCount: 1}", network: meanwhile);

        Says(run, 1, "Stream first: ResourceInUseException", "Stream second: created", "1 created, 0 changed, 0 as described, 1 failed.");
    }

    private static string Delivery(string name, string members) =>
        $"kind: DeliveryStream\nname: {name}\ndestination:\n  ExtendedS3DestinationConfiguration: {{{Bucket}, {members}}}";

    private async Task<JsonNode> StreamAsync(string name) =>
        (await node.Kinesis.CallAsync("DescribeStreamSummary", new JsonObject { ["StreamName"] = name })).Expect()["StreamDescriptionSummary"]!;

    private async Task<JsonNode> DescribeAsync(string name) =>
        (await node.Firehose.CallAsync("DescribeDeliveryStream", new JsonObject { ["DeliveryStreamName"] = name }))["DeliveryStreamDescription"]!;

    private void Says(Applied run, int code, params string[] parts)
    {
        output.WriteLine(run.Output + run.Errors);
        Assert.All(parts, part => Assert.Contains(part, run.Output + run.Errors, StringComparison.Ordinal));
        Assert.Equal(code, run.Code);
    }
}
