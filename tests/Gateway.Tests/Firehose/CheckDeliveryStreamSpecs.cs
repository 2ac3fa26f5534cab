using System.Text.Json.Nodes;
using ActorStreams.Gateway.Auth;
using ActorStreams.Gateway.Firehose;
using ActorStreams.Gateway.Hosting;

namespace ActorStreams.Gateway.Tests.Firehose;

/// <summary>A check says everything that is wrong, each with its path, and changes nothing.</summary>
public sealed class CheckDeliveryStreamSpecs : FirehoseSpecs
{
    private const string Extended = "Destination.ExtendedS3DestinationConfiguration";
    private const string Pattern = "it must satisfy regular expression pattern";

    private static readonly AccessKey s_reader = new("AKREADER", "secret")
    {
        UserName = "reader",
        Policy = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["firehose:CheckDeliveryStream"],"Resource":"*"}]}""",
    };

    private static readonly AccessKey s_nobody = new("AKNOBODY", "secret")
    {
        UserName = "nobody",
        Policy = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["firehose:PutRecord"],"Resource":"*"}]}""",
    };

    public override Task InitializeAsync() => StartAsync(new GatewayOptions { AccessKeys = [GatewayHost.Key, s_reader, s_nobody] });

    [Fact]
    public async Task What_can_be_created_has_no_problems_and_is_not_created()
    {
        Assert.Equal("""{"Problems":[],"Secrets":[]}""", (await CheckAsync(One(S3()))).ToJsonString());

        (await CallAsync("DescribeDeliveryStream", Request().ToJsonString())).AssertError("ResourceNotFoundException", NotFound("d"));
    }

    [Fact]
    public async Task All_that_breaks_the_shape_is_named_with_its_path()
    {
        var destination = S3(
            ("BufferingHints", new JsonObject { ["SizeInMBs"] = 129, ["IntervalInSeconds"] = "60", ["Sise"] = 1 }),
            ("CompressionFormat", "LZ4"),
            ("Prefix", 7),
            ("ProcessingConfiguration", new JsonObject { ["Enabled"] = "yes", ["Processors"] = new JsonArray(1, new JsonObject { ["Typ"] = "Lambda" }) }),
            ("CloudWatchLoggingOptions", new JsonArray()),
            ("CustomTimeZone", null));
        destination.Remove("BucketARN");

        Assert.Equal(
            [
                $"{Extended}.BufferingHints.SizeInMBs: is 129; it takes an integer from 1 to 128.",
                $"{Extended}.BufferingHints.IntervalInSeconds: is the text '60'; it takes an integer from 0 to 900.",
                $"{Extended}.BufferingHints.Sise: is not known; known are SizeInMBs, IntervalInSeconds.",
                $"{Extended}.CompressionFormat: is 'LZ4'; it takes one of UNCOMPRESSED, GZIP, ZIP, Snappy, HADOOP_SNAPPY, ZSTD.",
                $"{Extended}.Prefix: is the number 7; it takes a text.",
                $"{Extended}.ProcessingConfiguration.Enabled: is the text 'yes'; it takes true or false.",
                $"{Extended}.ProcessingConfiguration.Processors[0]: is the number 1; it takes an object with Type, Parameters.",
                $"{Extended}.ProcessingConfiguration.Processors[1].Typ: is not known; known are Type, Parameters.",
                $"{Extended}.ProcessingConfiguration.Processors[1].Type: is missing; it takes one of RecordDeAggregation, Decompression, CloudWatchLogProcessing, Lambda, MetadataExtraction, AppendDelimiterToRecord, AvroSerDe.",
                $"{Extended}.CloudWatchLoggingOptions: is a list; it takes an object.",
                $"{Extended}.BucketARN: is missing; it takes a text.",
                $"Tags[1].Key: is ''; it must have length greater than or equal to 1.",
                $"Tags[2].Key: is 'aws:x'; {Pattern}: ^(?!aws:)[\\p{{L}}\\p{{Z}}\\p{{N}}_.:\\/=+\\-@%]*$.",
                "Colour: is not known; known are DeliveryStreamName, SourceStreamName, ComingStreams, DeliveryStreamEncryptionConfigurationInput, Destination, Tags.",
            ],
            await ProblemsAsync(One(destination, members: [("Tags", Tags(("a", "b"), ("", "c"), ("aws:x", "d"))), ("Colour", "red")])));
    }

    [Fact]
    public async Task What_does_not_fit_together_and_what_can_not_be_delivered_is_named_beside_it()
    {
        Deliveries.Problems = [new DestinationProblem("BucketARN", "the bucket stands for nothing."), new DestinationProblem("BufferingHints", "may follow from what is wrong in it.")];

        Assert.Equal(
            [
                $"{Extended}.BufferingHints.SizeInMBs: is 0; it takes an integer from 1 to 128.",
                "SourceStreamName: Stream nope under account 000000000000 not found.",
                "DeliveryStreamEncryptionConfigurationInput: is only applicable to delivery streams that take direct puts.",
                $"{Extended}.ProcessingConfiguration.Processors[0]: Processor Lambda needs the parameter LambdaArn.",
                $"{Extended}.ProcessingConfiguration.Processors[1].Type: Processors hold Lambda more than once.",
                $"{Extended}.S3BackupConfiguration: S3BackupConfiguration must be given when S3BackupMode is Enabled.",
                $"{Extended}.ErrorOutputPrefix: ErrorOutputPrefix must be given when Prefix has expressions.",
                $"{Extended}.BucketARN: the bucket stands for nothing.",
            ],
            await ProblemsAsync(One(
                S3(
                    ("BufferingHints", new JsonObject { ["SizeInMBs"] = 0 }), ("S3BackupMode", "Enabled"), ("Prefix", "!{timestamp:yyyy}/"),
                    ("ProcessingConfiguration", Processing(("Lambda", []), ("Lambda", [])))),
                members: [("SourceStreamName", "nope"), ("DeliveryStreamEncryptionConfigurationInput", new JsonObject { ["KeyType"] = "AWS_OWNED_CMK" })])));
    }

    [Fact]
    public async Task What_may_only_follow_from_what_is_wrong_already_is_not_named()
    {
        Assert.Equal(
            ["Destination.AmazonopensearchserviceDestinationConfiguration.ClusterEndpoint: is 'tcp://x'; it must satisfy regular expression pattern: https?:.*."],
            await ProblemsAsync(One(new() { ["RoleARN"] = Role, ["ClusterEndpoint"] = "tcp://x", ["IndexName"] = "i", ["S3Configuration"] = S3() }, "Amazonopensearchservice")));
        Assert.Equal(
            [$"{Extended}.DynamicPartitioningConfiguration.Enabled: is the text 'on'; it takes true or false."],
            await ProblemsAsync(One(S3(
                ("Prefix", "!{partitionKeyFromQuery:z}/"), ("ErrorOutputPrefix", "e/"), ("DynamicPartitioningConfiguration", new JsonObject { ["Enabled"] = "on" })))));
    }

    [Fact]
    public async Task What_stands_behind_a_wrong_item_of_a_list_keeps_its_place()
    {
        Deliveries.Problems = [new DestinationProblem("ProcessingConfiguration.Processors[1].LambdaArn", "the function stands for nothing.")];
        var processing = Processing(("AppendDelimiterToRecord", []), ("Decompression", [("CompressionFormat", "LZ4")]), ("Lambda", [("Delimiter", "x")]));
        var processors = processing["Processors"]!.AsArray();
        processors.Insert(0, 1);
        processors.Insert(2, null);

        Assert.Equal(
            [
                $"{Extended}.ProcessingConfiguration.Processors[0]: is the number 1; it takes an object with Type, Parameters.",
                $"{Extended}.ProcessingConfiguration.Processors[2]: is null; it takes an object with Type, Parameters.",
                $"{Extended}.ProcessingConfiguration.Processors[3].Parameters[0].ParameterValue: Parameter CompressionFormat of processor Decompression is 'LZ4'; allowed are GZIP.",
                $"{Extended}.ProcessingConfiguration.Processors[4].Parameters[0].ParameterName: Processor Lambda takes no parameter Delimiter; allowed are LambdaArn, NumberOfRetries, RoleArn, BufferSizeInMBs, BufferIntervalInSeconds.",
                $"{Extended}.ProcessingConfiguration.Processors[4]: Processor Lambda needs the parameter LambdaArn.",
                $"{Extended}.ProcessingConfiguration.Processors[3].LambdaArn: the function stands for nothing.",
            ],
            await ProblemsAsync(One(S3(("ProcessingConfiguration", processing)))));
    }

    [Fact]
    public async Task More_problems_than_anybody_reads_are_answered_too()
    {
        var processors = new JsonArray([.. Enumerable.Range(0, 600).Select(_ => (JsonNode)new JsonObject { ["Parameters"] = new JsonArray(1) })]);
        var destination = S3(("ProcessingConfiguration", new JsonObject { ["Enabled"] = true, ["Processors"] = processors }));

        var problems = await ProblemsAsync(One(destination, members: ("Tags", new JsonArray(new JsonObject { ["Key"] = 1 }))));

        Assert.Equal(500, problems.Count);
        Assert.All(problems, problem => Assert.StartsWith($"{Extended}.ProcessingConfiguration.Processors[", problem, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_long_text_is_not_quoted_in_part() => Assert.StartsWith(
        $"{Extended}.Prefix: is a text of 1100 characters; it must have length less than or equal to 1024",
        Assert.Single(await ProblemsAsync(One(S3(("Prefix", new string('p', 1_100)))))), StringComparison.Ordinal);

    [Fact]
    public async Task Exactly_one_destination_is_wanted()
    {
        const string Wanted = "Destination: Exactly one destination configuration is supported for a Firehose";
        Assert.Equal(["Destination: is missing; it takes an object."], await ProblemsAsync(Request()));
        Assert.Equal([Wanted], await ProblemsAsync(Request("d", ("Destination", new JsonObject()))));
        Assert.Equal([Wanted], await ProblemsAsync(Request("d", ("Destination", new JsonObject { ["S3DestinationConfiguration"] = S3(), ["ExtendedS3DestinationConfiguration"] = S3() }))));
        Assert.StartsWith(
            "Destination: SnowflakeDestinationConfiguration is not supported", Assert.Single(await ProblemsAsync(One(new() { ["Any"] = 1 }, "Snowflake"))), StringComparison.Ordinal);
        Assert.Equal(
            [$"{Extended}: is a text; it takes an object."],
            await ProblemsAsync(Request("d", ("Destination", new JsonObject { ["ExtendedS3DestinationConfiguration"] = "lake" }))));
        Assert.StartsWith(
            "Destination.ExtendedS3: is not known; known are S3DestinationConfiguration, ExtendedS3DestinationConfiguration, ",
            Assert.Single(await ProblemsAsync(Request("d", ("Destination", new JsonObject { ["ExtendedS3"] = S3() })))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_may_be_there_or_be_on_its_way()
    {
        Assert.Empty(await ProblemsAsync(One(S3(), members: [("SourceStreamName", "s"), ("ComingStreams", new JsonArray("s"))])));
        await Gateway.StreamAsync();
        Assert.Empty(await ProblemsAsync(One(S3(), members: ("SourceStreamName", "s"))));
    }

    [Fact]
    public async Task What_can_not_be_changed_is_named_where_it_is_there()
    {
        await DeliveryAsync();
        await FromStreamAsync();

        Assert.Equal(
            ["SourceStreamName: can't be changed: the delivery stream reads the stream s. Delete it and create it anew, or give this one another name."],
            await ProblemsAsync(One(S3(), name: "k")));
        Assert.Equal(
            ["Destination.SplunkDestinationConfiguration: can't be changed from ExtendedS3 to Splunk: no kind of destination becomes another. Delete the delivery stream and create it anew, or give this one another name."],
            await ProblemsAsync(One(new() { ["HECEndpoint"] = "https://x", ["HECEndpointType"] = "Raw", ["HECToken"] = "t", ["S3Configuration"] = S3() }, "Splunk")));
        Assert.Contains(
            $"{Extended}.DynamicPartitioningConfiguration: Dynamic Partitioning can only be enabled when a delivery stream is created.",
            await ProblemsAsync(One(S3(("DynamicPartitioningConfiguration", new JsonObject { ["Enabled"] = true })))));
    }

    [Fact]
    public async Task What_an_update_does_not_take_is_named_where_it_differs()
    {
        (await CreateAsync(NewOne(Search(), "Amazonopensearchservice"))).AssertOk();

        Assert.Empty(await ProblemsAsync(One(Search(("S3BackupMode", "FailedDocumentsOnly")), "Amazonopensearchservice")));
        Assert.Equal(
            ["Destination.AmazonopensearchserviceDestinationConfiguration.S3BackupMode: can't be changed: an update does not take it. Delete the delivery stream and create it anew."],
            await ProblemsAsync(One(Search(("S3BackupMode", "AllDocuments")), "Amazonopensearchservice")));

        static JsonObject Search(params (string Name, JsonNode? Value)[] members) => With(
            new() { ["RoleARN"] = Role, ["ClusterEndpoint"] = "http://x", ["IndexName"] = "i", ["S3Configuration"] = S3() }, members);
    }

    [Fact]
    public async Task Secrets_that_are_others_are_named_to_those_who_may_set_them_and_never_shown()
    {
        Assert.Equal("""[{"Path":"Destination.HttpEndpointDestinationConfiguration.EndpointConfiguration.AccessKey"}]""", await SecretsAsync("one"));
        (await CreateAsync(NewOne(Endpoint("one"), "HttpEndpoint"))).AssertOk();

        Assert.EndsWith(".EndpointConfiguration.AccessKey\",\"IsChanged\":false}]", await SecretsAsync("one"), StringComparison.Ordinal);
        Assert.EndsWith(".EndpointConfiguration.AccessKey\",\"IsChanged\":true}]", await SecretsAsync("two"), StringComparison.Ordinal);
        Assert.EndsWith(".EndpointConfiguration.AccessKey\"}]", await SecretsAsync("two", s_reader), StringComparison.Ordinal);
        Assert.Equal(
            ["Destination.HttpEndpointDestinationConfiguration.EndpointConfiguration.AccessKey: is a number; it takes a text."],
            await ProblemsAsync(One(Endpoint(31_415), "HttpEndpoint")));

        async Task<string> SecretsAsync(string secret, AccessKey? key = null) =>
            (await CallAsync("CheckDeliveryStream", One(Endpoint(secret), "HttpEndpoint").ToJsonString(), key)).AssertOk()["Secrets"]!.ToJsonString();

        static JsonObject Endpoint(JsonNode secret) => new()
        {
            ["EndpointConfiguration"] = new JsonObject { ["Url"] = "http://127.0.0.1:1/", ["AccessKey"] = secret },
            ["S3Configuration"] = S3(),
        };
    }

    [Fact]
    public async Task A_key_must_be_allowed_to_ask_and_nothing_of_it_is_audited()
    {
        (await CallAsync("CheckDeliveryStream", One(S3()).ToJsonString(), s_nobody)).AssertError(
            "AccessDeniedException",
            $"User: arn:aws:iam::{Account}:user/nobody is not authorized to perform: firehose:CheckDeliveryStream on resource: arn:aws:firehose:{GatewayHost.Region}:{Account}:deliverystream/d because no identity-based policy allows the firehose:CheckDeliveryStream action");
        await CheckAsync(One(S3()));

        Assert.Empty(Gateway.Audited);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{\"Tags\":1,\"Tags\":2}")]
    [InlineData("{\"DeliveryStreamName\":\"\\ud800\"}")]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("{")]
    public async Task What_is_no_document_is_refused(string body) =>
        (await CallAsync("CheckDeliveryStream", body)).AssertError("SerializationException", null);

    private static JsonObject One(JsonObject destination, string kind = "ExtendedS3", string name = "d", params (string Name, JsonNode? Value)[] members) =>
        With(Request(name, ("Destination", new JsonObject { [$"{kind}DestinationConfiguration"] = destination })), members);

    private async Task<JsonNode> CheckAsync(JsonObject request) => (await CallAsync("CheckDeliveryStream", request.ToJsonString())).AssertOk();

    private async Task<List<string>> ProblemsAsync(JsonObject request) =>
        [.. (await CheckAsync(request))["Problems"]!.AsArray().Select(p => $"{p!["Path"]}: {p["Text"]}")];
}
