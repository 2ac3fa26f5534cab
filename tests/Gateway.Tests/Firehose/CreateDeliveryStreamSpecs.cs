using System.Text.Json.Nodes;
using ActorStreams.Gateway.Firehose;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Tests.Firehose;

public sealed class CreateDeliveryStreamSpecs : FirehoseSpecs
{
    private const string OneDestination = "Exactly one destination configuration is supported for a Firehose";
    private const string Supported =
        "supported are S3DestinationConfiguration, ExtendedS3DestinationConfiguration, RedshiftDestinationConfiguration, ElasticsearchDestinationConfiguration, "
        + "AmazonopensearchserviceDestinationConfiguration, SplunkDestinationConfiguration, HttpEndpointDestinationConfiguration.";

    [Fact]
    public async Task It_is_made_with_what_is_assumed_where_nothing_is_said()
    {
        var answer = await CreateAsync(NewOne(S3(("BufferingHints", new JsonObject { ["SizeInMBs"] = 1 })), members: ("Tags", Tags(("team", "blue"), ("plain", null)))));

        Assert.Equal($$"""{"DeliveryStreamARN":"arn:aws:firehose:{{GatewayHost.Region}}:{{Account}}:deliverystream/d"}""", answer.AssertOk().ToJsonString());
        var made = Deliveries["d"];
        Assert.Equal((DeliverySource.DirectPut, null, "ExtendedS3"), (made.Source, made.Stream, made.Destination.Kind));
        Assert.Equal(["plain=", "team=blue"], made.Tags.Select(t => $"{t.Key}={t.Value}"));
        Assert.Equal(
            $$$"""{"RoleARN":"{{{Role}}}","BucketARN":"{{{Bucket}}}","BufferingHints":{"SizeInMBs":1,"IntervalInSeconds":300},"CompressionFormat":"UNCOMPRESSED","EncryptionConfiguration":{"NoEncryptionConfig":"NoEncryption"},"CloudWatchLoggingOptions":{"Enabled":false},"S3BackupMode":"Disabled"}""",
            made.Destination.Configuration.ToJsonString());
    }

    [Fact]
    public async Task The_destination_of_old_clients_is_an_extended_one()
    {
        (await CreateAsync(NewOne(S3(("CompressionFormat", "GZIP")), "S3"))).AssertOk();

        Assert.Equal(("ExtendedS3", "GZIP"), (Deliveries["d"].Destination.Kind, (string?)Deliveries["d"].Destination.Configuration["CompressionFormat"]));
    }

    [Fact]
    public async Task One_that_reads_a_stream_names_it()
    {
        await FromStreamAsync();

        Assert.Equal(
            (DeliverySource.KinesisStreamAsSource, new StreamId(GatewayHost.Region, "s"), Role, null),
            (Deliveries["k"].Source, Deliveries["k"].Stream, Deliveries["k"].SourceRoleArn, Deliveries["k"].Puts));
    }

    [Fact]
    public async Task A_name_is_taken_once()
    {
        await DeliveryAsync();

        (await CreateAsync(NewOne(S3()))).AssertError("ResourceInUseException", $"Firehose d under accountId {Account} already exists");
        (await CallAsync("CreateDeliveryStream", NewOne(S3()).ToJsonString())).AssertError(
            "ResourceInUseException", $"Firehose d under accountId {Account} already exists");
    }

    [Fact]
    public async Task There_is_one_destination_and_it_is_delivered_to()
    {
        (await CreateAsync(Request())).AssertError("InvalidArgumentException", OneDestination);
        (await CreateAsync(NewOne(S3(), members: ("S3DestinationConfiguration", S3())))).AssertError("InvalidArgumentException", OneDestination);
        foreach (var kind in (string[])["AmazonOpenSearchServerless", "Snowflake", "Iceberg"])
        {
            (await CreateAsync(NewOne(new JsonObject { ["Any"] = 1 }, kind))).AssertError(
                "InvalidArgumentException", $"{kind}DestinationConfiguration is not supported; {Supported}");
        }
    }

    [Fact]
    public async Task Sources_are_direct_puts_and_streams()
    {
        var source = new JsonObject { ["KinesisStreamARN"] = GatewayHost.ArnOf("nope"), ["RoleARN"] = Role };
        await RefusedAsync(
            "KinesisSourceStreamConfig is only applicable for KinesisStreamAsSource stream type", ("KinesisStreamSourceConfiguration", source.DeepClone()));
        await RefusedAsync(
            "KinesisStreamSourceConfiguration must be given for KinesisStreamAsSource stream type.", ("DeliveryStreamType", "KinesisStreamAsSource"));
        await RefusedAsync(
            $"Stream nope under account {Account} not found.",
            ("DeliveryStreamType", "KinesisStreamAsSource"), ("KinesisStreamSourceConfiguration", source.DeepClone()));
        await RefusedAsync(
            $"KinesisStreamARN {GatewayHost.ArnOf("s", "111111111111")} names no stream of account {Account} in {GatewayHost.Region}.",
            ("DeliveryStreamType", "KinesisStreamAsSource"),
            ("KinesisStreamSourceConfiguration", new JsonObject { ["KinesisStreamARN"] = GatewayHost.ArnOf("s", "111111111111"), ["RoleARN"] = Role }));
        await RefusedAsync(
            "DirectPutSourceConfiguration is only applicable for DirectPut stream type.",
            ("DeliveryStreamType", "KinesisStreamAsSource"),
            ("KinesisStreamSourceConfiguration", source.DeepClone()),
            ("DirectPutSourceConfiguration", new JsonObject { ["ThroughputHintInMBs"] = 1 }));
        await RefusedAsync("DeliveryStreamType MSKAsSource is not supported; supported are DirectPut and KinesisStreamAsSource.", ("DeliveryStreamType", "MSKAsSource"));
        await RefusedAsync(
            "MSKSourceConfiguration is not supported; supported are DirectPutSourceConfiguration and KinesisStreamSourceConfiguration.",
            ("MSKSourceConfiguration", new JsonObject()));
    }

    [Fact]
    public async Task What_the_destination_can_not_be_is_told_by_whoever_delivers()
    {
        Deliveries.Instead = new DeliveryResult.Invalid($"ExtendedS3DestinationConfiguration.BucketARN {Bucket} is mapped to nothing.");

        (await CreateAsync(NewOne(S3()))).AssertError("InvalidArgumentException", $"ExtendedS3DestinationConfiguration.BucketARN {Bucket} is mapped to nothing.");
        Deliveries.Instead = new DeliveryResult.Unavailable("asked for");
        (await CreateAsync(NewOne(S3()))).AssertError("InternalFailure", null, 500);
    }

    [Fact]
    public async Task Members_keep_to_the_constraints_of_the_model()
    {
        AssertViolations(
            await CreateAsync(NewOne([], name: "")),
            Fails("", "deliveryStreamName", NamePattern),
            Fails("", "deliveryStreamName", NotEmpty),
            Null("extendedS3DestinationConfiguration.roleARN"),
            Null("extendedS3DestinationConfiguration.bucketARN"));
        AssertViolations(
            await CreateAsync(NewOne(S3(
                ("BufferingHints", new JsonObject { ["SizeInMBs"] = 129, ["IntervalInSeconds"] = -1 }), ("CompressionFormat", "LZ4"), ("FileExtension", "txt")))),
            Fails("129", "extendedS3DestinationConfiguration.bufferingHints.sizeInMBs", "Member must have value less than or equal to 128"),
            Fails("-1", "extendedS3DestinationConfiguration.bufferingHints.intervalInSeconds", "Member must have value greater than or equal to 0"),
            Fails("LZ4", "extendedS3DestinationConfiguration.compressionFormat", "Member must satisfy enum value set: [UNCOMPRESSED, GZIP, ZIP, Snappy, HADOOP_SNAPPY, ZSTD]"),
            Fails("txt", "extendedS3DestinationConfiguration.fileExtension", @"Member must satisfy regular expression pattern: ^$|\.[0-9a-z!\-_.*'()]+"));
        AssertViolations(
            await CreateAsync(NewOne(S3(), members: ("Tags", Tags(("aws:x", "1"), ("", "2"))))),
            Fails("aws:x", "tags.1.member.key", @"Member must satisfy regular expression pattern: ^(?!aws:)[\p{L}\p{Z}\p{N}_.:\/=+\-@%]*$"),
            Fails("", "tags.2.member.key", NotEmpty));
        AssertViolations(
            await CreateAsync(NewOne(S3(), members: ("Tags", Tags([.. Enumerable.Range(0, 51).Select(i => ($"k{i}", (string?)"v"))])))),
            Fails("[51 entries]", "tags", LengthAtMost(50)));
    }

    [Fact]
    public async Task Processors_are_read_with_their_parameters()
    {
        AssertViolations(
            await CreateAsync(NewOne(S3(("ProcessingConfiguration", Processing(("Wasm", [("X", " ")])))))),
            Fails(
                "Wasm",
                "extendedS3DestinationConfiguration.processingConfiguration.processors.1.member.type",
                "Member must satisfy enum value set: [RecordDeAggregation, Decompression, CloudWatchLogProcessing, Lambda, MetadataExtraction, AppendDelimiterToRecord, AvroSerDe]"),
            Fails(
                "X",
                "extendedS3DestinationConfiguration.processingConfiguration.processors.1.member.parameters.1.member.parameterName",
                "Member must satisfy enum value set: [LambdaArn, NumberOfRetries, MetadataExtractionQuery, JsonParsingEngine, RoleArn, BufferSizeInMBs, "
                + "BufferIntervalInSeconds, SubRecordType, Delimiter, CompressionFormat, DataMessageExtraction, Compression]"),
            Fails(
                " ",
                "extendedS3DestinationConfiguration.processingConfiguration.processors.1.member.parameters.1.member.parameterValue",
                @"Member must satisfy regular expression pattern: ^(?!\s*$).+"));
        (await CreateAsync(NewOne(S3(("ProcessingConfiguration", 7))))).AssertWrongType("Expected null");
    }

    [Fact]
    public async Task Secrets_are_not_quoted()
    {
        AssertViolations(
            await CreateAsync(NewOne(
                new JsonObject
                {
                    ["RoleARN"] = Role,
                    ["ClusterJDBCURL"] = "jdbc:postgresql://-bad.redshift.amazonaws.com:5439/db",
                    ["CopyCommand"] = new JsonObject { ["DataTableName"] = "t" },
                    ["Password"] = "short",
                    ["S3Configuration"] = S3(),
                },
                "Redshift")),
            Fails(
                "jdbc:postgresql://-bad.redshift.amazonaws.com:5439/db",
                "redshiftDestinationConfiguration.clusterJDBCURL",
                @"Member must satisfy regular expression pattern: jdbc:(redshift|postgresql)://((?!-)[A-Za-z0-9-]{1,63}(?<!-)\.)+(redshift(-serverless)?)\.([a-zA-Z0-9\.\-]+):\d{1,5}/[a-zA-Z0-9_$-]+"),
            Fails("***", "redshiftDestinationConfiguration.password", "Member must have length greater than or equal to 6"));
    }

    [Fact]
    public async Task A_key_to_seal_with_is_one_of_the_installation()
    {
        (await CreateAsync(NewOne(S3(), members: ("DeliveryStreamEncryptionConfigurationInput", Customer("test-key"))))).AssertOk();

        Assert.Equal("arn:aws:kms:eu-central-1:000000000000:key/test-key", Deliveries["d"].EncryptionKey);
        (await CreateAsync(NewOne(S3(), name: "e", members: ("DeliveryStreamEncryptionConfigurationInput", Customer("other"))))).AssertError(
            "InvalidKMSResourceException",
            "Key 'arn:aws:kms:eu-central-1:000000000000:key/other' does not exist; the keys that there are stand in the setting ActorStreams:Encryption:Keys.");
    }

    private async Task RefusedAsync(string message, params (string Name, JsonNode? Value)[] members) =>
        (await CreateAsync(NewOne(S3(), members: members))).AssertError("InvalidArgumentException", message);

    private static JsonObject Customer(string key) =>
        new() { ["KeyType"] = "CUSTOMER_MANAGED_CMK", ["KeyARN"] = $"arn:aws:kms:eu-central-1:000000000000:key/{key}" };
}
