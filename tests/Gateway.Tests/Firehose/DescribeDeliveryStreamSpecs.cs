using System.Text.Json.Nodes;
using ActorStreams.Gateway.Firehose;

namespace ActorStreams.Gateway.Tests.Firehose;

public sealed class DescribeDeliveryStreamSpecs : FirehoseSpecs
{
    [Fact]
    public async Task A_bucket_is_shown_in_the_old_form_and_in_the_new()
    {
        (await CreateAsync(NewOne(S3(("Prefix", "in/"), ("FileExtension", ".log"), ("ProcessingConfiguration", Processing(("AppendDelimiterToRecord", []))))))).AssertOk();

        var shown = await DescribeAsync();

        Assert.Equal(
            ["DeliveryStreamName", "DeliveryStreamARN", "DeliveryStreamStatus", "DeliveryStreamEncryptionConfiguration", "DeliveryStreamType", "VersionId", "CreateTimestamp", "Destinations", "HasMoreDestinations"],
            shown.AsObject().Select(m => m.Key));
        Assert.Equal(
            ("ACTIVE", "DISABLED", "DirectPut", "1", 1772366400.25m, false),
            ((string)shown["DeliveryStreamStatus"]!, (string)shown["DeliveryStreamEncryptionConfiguration"]!["Status"]!, (string)shown["DeliveryStreamType"]!,
                (string)shown["VersionId"]!, (decimal)shown["CreateTimestamp"]!, (bool)shown["HasMoreDestinations"]!));
        var destination = Assert.Single(shown["Destinations"]!.AsArray())!;
        Assert.Equal("destinationId-000000000001", (string)destination["DestinationId"]!);
        var (old, extended) = (destination["S3DestinationDescription"]!, destination["ExtendedS3DestinationDescription"]!);
        Assert.Equal(
            ["RoleARN", "BucketARN", "Prefix", "BufferingHints", "CompressionFormat", "EncryptionConfiguration", "CloudWatchLoggingOptions"],
            old.AsObject().Select(m => m.Key));
        Assert.Equal(("in/", 5, ".log"), ((string)extended["Prefix"]!, (int)extended["BufferingHints"]!["SizeInMBs"]!, (string)extended["FileExtension"]!));
        Assert.Equal("AppendDelimiterToRecord", (string)extended["ProcessingConfiguration"]!["Processors"]![0]!["Type"]!);
    }

    [Fact]
    public async Task The_source_of_one_that_reads_a_stream_is_shown()
    {
        await FromStreamAsync();

        var shown = await DescribeAsync("k");

        Assert.Null(shown["DeliveryStreamEncryptionConfiguration"]);
        Assert.Equal(
            $$$"""{"KinesisStreamSourceDescription":{"KinesisStreamARN":"{{{GatewayHost.ArnOf("s")}}}","RoleARN":"{{{Role}}}","DeliveryStartTimestamp":1772366400.25}}""",
            shown["Source"]!.ToJsonString());
    }

    public static TheoryData<string, string, string> WithSecrets => new()
    {
        {
            "Redshift",
            """{"ClusterJDBCURL":"jdbc:redshift://a.b.redshift.amazonaws.com:5439/db","CopyCommand":{"DataTableName":"t"},"Username":"u","Password":"SECRET"}""",
            "RetryOptions={\"DurationInSeconds\":3600}"
        },
        { "HttpEndpoint", """{"EndpointConfiguration":{"Url":"http://localhost:1/x","Name":"n","AccessKey":"SECRET"}}""", "EndpointConfiguration={\"Url\":\"http://localhost:1/x\",\"Name\":\"n\"}" },
        { "Splunk", """{"HECEndpoint":"https://splunk:8088","HECEndpointType":"Raw","HECToken":"SECRET"}""", "HECAcknowledgmentTimeoutInSeconds=180" },
        { "Amazonopensearchservice", """{"ClusterEndpoint":"https://search","IndexName":"i"}""", "IndexRotationPeriod=OneDay" },
        { "Elasticsearch", """{"DomainARN":"arn:aws:es:eu-central-1:000000000000:domain/logs","IndexName":"i"}""", "DocumentIdOptions={\"DefaultDocumentIdFormat\":\"FIREHOSE_DEFAULT\"}" },
    };

    [Theory]
    [MemberData(nameof(WithSecrets))]
    public async Task Destinations_of_all_kinds_are_shown_without_secrets(string kind, string members, string expected)
    {
        var destination = JsonNode.Parse(members)!.AsObject();
        destination["RoleARN"] = Role;
        destination["S3Configuration"] = S3(("Prefix", "backup/"));
        (await CreateAsync(NewOne(destination, kind))).AssertOk();

        var shown = (await DescribeAsync())["Destinations"]![0]!;

        var description = shown[$"{kind}DestinationDescription"]!.AsObject();
        Assert.DoesNotContain("SECRET", shown.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("backup/", (string)description["S3DestinationDescription"]!["Prefix"]!);
        Assert.Contains(expected, description.Select(m => $"{m.Key}={(m.Value is JsonValue v ? v.ToString() : m.Value!.ToJsonString())}"));
    }

    [Fact]
    public async Task Why_one_could_not_be_created_is_shown()
    {
        await DeliveryAsync();
        Deliveries.Set("d", d => d with { Status = DeliveryStatus.CreatingFailed, Failure = "The bucket is not there." });

        var shown = await DescribeAsync();

        Assert.Equal("CREATING_FAILED", (string)shown["DeliveryStreamStatus"]!);
        Assert.Equal("""{"Type":"UNKNOWN_ERROR","Details":"The bucket is not there."}""", shown["FailureDescription"]!.ToJsonString());
    }

    [Fact]
    public async Task After_the_only_destination_there_is_none()
    {
        await DeliveryAsync();

        var answer = (await CallAsync("DescribeDeliveryStream", Request("d", ("Limit", 1), ("ExclusiveStartDestinationId", "destinationId-000000000001")).ToJsonString())).AssertOk();

        Assert.Empty(answer["DeliveryStreamDescription"]!["Destinations"]!.AsArray());
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        (await CallAsync("DescribeDeliveryStream", Request("nope").ToJsonString())).AssertError("ResourceNotFoundException", NotFound("nope"));
        AssertViolations(
            await CallAsync("DescribeDeliveryStream", Request("d", ("Limit", 0), ("ExclusiveStartDestinationId", "!")).ToJsonString()),
            Fails("0", "limit", "Member must have value greater than or equal to 1"),
            Fails("!", "exclusiveStartDestinationId", "Member must satisfy regular expression pattern: [a-zA-Z0-9-]+"));
    }
}
