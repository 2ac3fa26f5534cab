using System.Text.Json.Nodes;

namespace ActorStreams.Gateway.Tests.Firehose;

public sealed class UpdateDestinationSpecs : FirehoseSpecs
{
    [Fact]
    public async Task What_is_left_out_stays()
    {
        (await CreateAsync(NewOne(S3(("Prefix", "a/"), ("BufferingHints", new JsonObject { ["SizeInMBs"] = 7, ["IntervalInSeconds"] = 60 }))))).AssertOk();

        var answer = await UpdateAsync(new JsonObject { ["BufferingHints"] = new JsonObject { ["IntervalInSeconds"] = 90 }, ["CompressionFormat"] = "GZIP" });

        Assert.Equal("{}", answer.AssertOk().ToJsonString());
        var now = Deliveries["d"].Destination.Configuration;
        Assert.Equal("""{"SizeInMBs":7,"IntervalInSeconds":90}""", now["BufferingHints"]!.ToJsonString());
        Assert.Equal(("a/", "GZIP", Bucket), ((string)now["Prefix"]!, (string)now["CompressionFormat"]!, (string)now["BucketARN"]!));
        var shown = await DescribeAsync();
        Assert.Equal(("2", 1772366400.25m), ((string)shown["VersionId"]!, (decimal)shown["LastUpdateTimestamp"]!));
    }

    [Fact]
    public async Task The_bucket_inside_of_another_destination_is_changed_by_its_update()
    {
        (await CreateAsync(NewOne(new JsonObject { ["EndpointConfiguration"] = new JsonObject { ["Url"] = "https://x", ["AccessKey"] = "SECRET" }, ["S3Configuration"] = S3(("Prefix", "a/")) }, "HttpEndpoint"))).AssertOk();

        (await UpdateAsync(
            new JsonObject { ["EndpointConfiguration"] = new JsonObject { ["Url"] = "http://y" }, ["S3Update"] = new JsonObject { ["ErrorOutputPrefix"] = "e/" } },
            "HttpEndpoint")).AssertOk();

        var now = Deliveries["d"].Destination.Configuration;
        Assert.Equal("""{"Url":"http://y","AccessKey":"SECRET"}""", now["EndpointConfiguration"]!.ToJsonString());
        Assert.Equal(("a/", "e/"), ((string)now["S3Configuration"]!["Prefix"]!, (string)now["S3Configuration"]!["ErrorOutputPrefix"]!));
        Assert.False(now.ContainsKey("S3Update"));
    }

    [Fact]
    public async Task A_backup_can_be_enabled_later_and_not_disabled_again()
    {
        await DeliveryAsync();

        (await UpdateAsync(new JsonObject { ["S3BackupMode"] = "Enabled", ["S3BackupUpdate"] = S3(("Prefix", "as-they-came/")) })).AssertOk();

        Assert.Equal("as-they-came/", (string)Deliveries["d"].Destination.Configuration["S3BackupConfiguration"]!["Prefix"]!);
        (await UpdateAsync(new JsonObject { ["S3BackupMode"] = "Disabled" }, version: "2")).AssertError(
            "InvalidArgumentException", "S3BackupMode Enabled can't be changed to Disabled: a backup of all records can't be disabled once it is enabled.");
    }

    [Fact]
    public async Task The_backup_of_a_search_cluster_stays_as_it_was_created()
    {
        var search = new JsonObject { ["RoleARN"] = Role, ["ClusterEndpoint"] = "https://x", ["IndexName"] = "i", ["S3BackupMode"] = "AllDocuments", ["S3Configuration"] = S3() };
        (await CreateAsync(NewOne(search, "Amazonopensearchservice"))).AssertOk();

        (await UpdateAsync(new JsonObject { ["S3BackupMode"] = "FailedDocumentsOnly" }, "Amazonopensearchservice")).AssertOk();

        Assert.Equal("AllDocuments", (string)Deliveries["d"].Destination.Configuration["S3BackupMode"]!);
    }

    [Fact]
    public async Task Of_alternatives_one_takes_the_place_of_the_other()
    {
        await DeliveryAsync();
        const string Key = "arn:aws:kms:eu-central-1:000000000000:key/x";

        (await UpdateAsync(new JsonObject { ["EncryptionConfiguration"] = new JsonObject { ["KMSEncryptionConfig"] = new JsonObject { ["AWSKMSKeyARN"] = Key } } })).AssertOk();

        Assert.Equal(
            $$$"""{"KMSEncryptionConfig":{"AWSKMSKeyARN":"{{{Key}}}"}}""", Deliveries["d"].Destination.Configuration["EncryptionConfiguration"]!.ToJsonString());
    }

    [Fact]
    public async Task The_old_form_changes_the_extended_one_and_no_kind_becomes_another()
    {
        await DeliveryAsync();

        (await UpdateAsync(new JsonObject { ["Prefix"] = "old/" }, "S3")).AssertOk();

        Assert.Equal("old/", (string)Deliveries["d"].Destination.Configuration["Prefix"]!);
        (await UpdateAsync(new JsonObject(), "HttpEndpoint", version: "2")).AssertError(
            "InvalidArgumentException", "Changing the destination type from ExtendedS3 to HttpEndpoint is not supported at this time.");
        (await CallAsync("UpdateDestination", Request(members: [("CurrentDeliveryStreamVersionId", "2"), ("DestinationId", "destinationId-000000000001")]).ToJsonString()))
            .AssertError("InvalidArgumentException", "Exactly one destination configuration is supported for a Firehose");
    }

    [Theory]
    [InlineData("2")]
    [InlineData("0")]
    [InlineData("99999999999999999999")]
    public async Task Another_version_is_a_concurrent_change(string version)
    {
        await DeliveryAsync();

        (await UpdateAsync([], version: version)).AssertError(
            "ConcurrentModificationException", $"Cannot update firehose: d since the current version id: 1 and specified version id: {version} do not match");
    }

    [Fact]
    public async Task A_change_that_somebody_made_meanwhile_is_told()
    {
        await DeliveryAsync();
        Deliveries.OnDescribed = () => Deliveries.Set("d", d => d with { Version = 2 });

        (await UpdateAsync([])).AssertError(
            "ConcurrentModificationException", "Cannot update firehose: d since the current version id: 2 and specified version id: 1 do not match");
    }

    [Fact]
    public async Task Destination_and_stream_must_be_there()
    {
        await DeliveryAsync();

        (await UpdateAsync([], destination: "destinationId-000000000002")).AssertError(
            "InvalidArgumentException", "Destination Id destinationId-000000000002 not found");
        (await CallAsync("UpdateDestination", Update([], name: "nope").ToJsonString())).AssertError("ResourceNotFoundException", NotFound("nope"));
        AssertViolations(
            await CallAsync("UpdateDestination", Request().ToJsonString()), Null("currentDeliveryStreamVersionId"), Null("destinationId"));
        AssertViolations(
            await UpdateAsync(new JsonObject { ["BufferingHints"] = new JsonObject { ["SizeInMBs"] = 0 } }, version: "v1"),
            Fails("v1", "currentDeliveryStreamVersionId", "Member must satisfy regular expression pattern: [0-9]+"),
            Fails("0", "extendedS3DestinationUpdate.bufferingHints.sizeInMBs", "Member must have value greater than or equal to 1"));
    }

    [Fact]
    public async Task Dynamic_partitioning_is_there_from_the_start_or_not_at_all()
    {
        await DeliveryAsync();
        (await UpdateAsync(new JsonObject { ["DynamicPartitioningConfiguration"] = new JsonObject { ["Enabled"] = true } })).AssertError(
            "InvalidArgumentException", "Dynamic Partitioning can only be enabled when a delivery stream is created.");

        (await CreateAsync(NewOne(
            S3(
                ("DynamicPartitioningConfiguration", new JsonObject { ["Enabled"] = true }),
                ("Prefix", "!{partitionKeyFromQuery:c}/"),
                ("ErrorOutputPrefix", "e/"),
                ("ProcessingConfiguration", Processing(("MetadataExtraction", [("MetadataExtractionQuery", "{c:.c}"), ("JsonParsingEngine", "JQ-1.6")])))),
            name: "p"))).AssertOk();
        Assert.Equal(128, (int)Deliveries["p"].Destination.Configuration["BufferingHints"]!["SizeInMBs"]!);
        (await CallAsync("UpdateDestination", Update(new JsonObject { ["DynamicPartitioningConfiguration"] = new JsonObject { ["Enabled"] = false } }, name: "p").ToJsonString()))
            .AssertError("InvalidArgumentException", "Dynamic Partitioning can't be disabled on a delivery stream that was created with it.");
    }

    private Task<Answer> UpdateAsync(JsonObject update, string kind = "ExtendedS3", string version = "1", string destination = "destinationId-000000000001") =>
        CallAsync("UpdateDestination", Update(update, kind, version, destination).ToJsonString());

    private static JsonObject Update(
        JsonObject update, string kind = "ExtendedS3", string version = "1", string destination = "destinationId-000000000001", string name = "d") =>
        Request(name, ("CurrentDeliveryStreamVersionId", version), ("DestinationId", destination), ($"{kind}DestinationUpdate", update));
}
