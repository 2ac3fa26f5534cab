using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ActorStreams.Pipelines.Firehose;
using ActorStreams.Pipelines.Firehose.Naming;
using ActorStreams.Pipelines.Firehose.Processing;
using ActorStreams.Pipelines.Formats;

namespace ActorStreams.Pipelines.Tests.Firehose;

public sealed class DeliveryPlanReaderSpecs : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("actorstreams-plan-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task What_is_left_out_has_the_defaults_of_the_service()
    {
        await using var plan = Read("""{"BucketARN":"arn:aws:s3:::lake"}""");

        Assert.Equal(5 << 20, plan.BufferBytesMax);
        Assert.Equal(TimeSpan.FromMinutes(5), plan.BufferInterval);
        Assert.Equal(new PlainFormat(CompressionFormat.Uncompressed), plan.Format);
        Assert.Empty(plan.Steps);
        Assert.Equal($"folder {Path.Combine(_folder.FullName, "lake")}", plan.Store.Name);
    }

    [Fact]
    public async Task Steps_stand_in_the_order_of_the_service()
    {
        await using var plan = Read("""
            {"BucketARN":"arn:aws:s3:::lake","Prefix":"!{partitionKeyFromQuery:zone}/","ErrorOutputPrefix":"errors/","DynamicPartitioningConfiguration":{"Enabled":true},
             "BufferingHints":{"SizeInMBs":64,"IntervalInSeconds":60},"CompressionFormat":"GZIP",
             "ProcessingConfiguration":{"Enabled":true,"Processors":[
              {"Type":"MetadataExtraction","Parameters":[{"ParameterName":"MetadataExtractionQuery","ParameterValue":"{zone:.zone}"},{"ParameterName":"JsonParsingEngine","ParameterValue":"JQ-1.6"}]},
              {"Type":"RecordDeAggregation","Parameters":[{"ParameterName":"SubRecordType","ParameterValue":"JSON"}]},
              {"Type":"AppendDelimiterToRecord","Parameters":[{"ParameterName":"Delimiter","ParameterValue":"\\n"}]}]}}
            """);

        Assert.Equal([typeof(SubRecords), typeof(MetadataExtraction)], plan.Steps.Select(s => s.GetType()));
        Assert.Equal("\n"u8.ToArray(), ((PlainFormat)plan.Format).Delimiter.ToArray());
        Assert.Equal(64L << 20, plan.BufferBytesMax);
    }

    [Fact]
    public async Task A_conversion_takes_the_columns_of_the_table_that_it_names()
    {
        var document = """
            {"BucketARN":"arn:aws:s3:::lake","DataFormatConversionConfiguration":{"Enabled":true,
             "SchemaConfiguration":{"DatabaseName":"events","TableName":"badges"},
             "InputFormatConfiguration":{"Deserializer":{"OpenXJsonSerDe":{}}},
             "OutputFormatConfiguration":{"Serializer":{"ParquetSerDe":{"Compression":"GZIP"}}}}}
            """;
        var tables = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty.Add("events.badges", ["badge int", "cost decimal(10, 2)"]);

        await using var plan = Read(document, tables);

        var format = Assert.IsType<ParquetFormat>(plan.Format);
        Assert.Equal(["badge int", "cost decimal(10,2)"], format.Columns!.Select(c => $"{c.Name} {c.Type}"));
        Assert.Equal(ParquetCompression.Gzip, format.Compression);
        Assert.Equal(128L << 20, plan.BufferBytesMax);
        Assert.Contains("events.badges", Assert.Throws<DeliveryConfigurationException>(() => Read(document)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Converted_objects_are_avro_where_the_processor_says_so()
    {
        var tables = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty.Add("events.badges", ["badge int"]).Add("events.bad", ["badge-id int"]);

        await using var deflated = Read(AvroOf("badges"), tables);
        await using var plain = Read(AvroOf("badges", "UNCOMPRESSED"), tables);

        var format = Assert.IsType<AvroFormat>(deflated.Format);
        Assert.Equal((AvroCodec.Deflate, "badge int", ".avro"), (format.Codec, format.Columns!.Select(c => $"{c.Name} {c.Type}").Single(), format.Extension));
        Assert.Equal(AvroCodec.None, Assert.IsType<AvroFormat>(plain.Format).Codec);
        Assert.Empty(deflated.Steps);
        Assert.Equal(
            "DataFormatConversionConfiguration.SchemaConfiguration.TableName: column `badge-id` has no name of Avro's: letters, digits and _ are allowed, and a digit may not be the first.",
            Assert.Throws<DeliveryConfigurationException>(() => Read(AvroOf("bad"), tables)).Message);

        static string AvroOf(string table, string? compression = null)
        {
            var parameters = compression is null ? "" : $$"""{"ParameterName":"Compression","ParameterValue":"{{compression}}"}""";
            return $$$$"""
                {"BucketARN":"arn:aws:s3:::lake","DataFormatConversionConfiguration":{"Enabled":true,"SchemaConfiguration":{"DatabaseName":"events","TableName":"{{{{table}}}}"},
                 "InputFormatConfiguration":{"Deserializer":{"OpenXJsonSerDe":{} } } },
                 "ProcessingConfiguration":{"Enabled":true,"Processors":[{"Type":"AvroSerDe","Parameters":[{{{{parameters}}}}] }] } }
                """;
        }
    }

    [Fact]
    public async Task A_backup_has_a_bucket_names_and_compression_of_its_own()
    {
        await using var plan = Read("""
            {"BucketARN":"arn:aws:s3:::lake","CompressionFormat":"ZIP","ErrorOutputPrefix":"errors/","S3BackupMode":"Enabled",
             "Prefix":"!{partitionKeyFromQuery:zone}/","DynamicPartitioningConfiguration":{"Enabled":true},
             "ProcessingConfiguration":{"Enabled":true,"Processors":[
              {"Type":"MetadataExtraction","Parameters":[{"ParameterName":"MetadataExtractionQuery","ParameterValue":"{zone:.zone}"}]},
              {"Type":"AppendDelimiterToRecord","Parameters":[]}]},
             "S3BackupConfiguration":{"BucketARN":"arn:aws:s3:::attic","Prefix":"as-they-came/","CompressionFormat":"GZIP","BufferingHints":{"SizeInMBs":2}}}
            """);

        var backup = plan.Backup!;
        Assert.Equal($"folder {Path.Combine(_folder.FullName, "attic")}", backup.Store.Name);
        Assert.Equal(new PlainFormat(CompressionFormat.Gzip), backup.Format);
        Assert.Equal(2L << 20, backup.ObjectBytesMax);
        Assert.Matches("^as-they-came/2026/01/02/00/badges-1-2026-01-02-.*[.]gz$", backup.Names.Key(PartitionKeyNames.None, new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero), Guid.Empty));
    }

    [Theory]
    [InlineData("HttpEndpoint", "AllData", "\"EndpointConfiguration\":{\"Url\":\"http://127.0.0.1:1/\"}")]
    [InlineData("Splunk", "AllEvents", "\"HECEndpoint\":\"http://127.0.0.1:1/\",\"HECEndpointType\":\"Raw\",\"HECToken\":\"t\"")]
    [InlineData("Amazonopensearchservice", "AllDocuments", "\"ClusterEndpoint\":\"http://127.0.0.1:1/\",\"IndexName\":\"i\"")]
    public async Task Of_what_is_loaded_all_is_kept_in_the_bucket_where_that_is_said(string kind, string mode, string members)
    {
        await using var all = Read($$$"""{{{{members}}},"S3BackupMode":"{{{mode}}}","S3Configuration":{"BucketARN":"arn:aws:s3:::attic","CompressionFormat":"GZIP"}}""", kind: kind);
        await using var failed = Read($$$"""{{{{members}}},"S3Configuration":{"BucketARN":"arn:aws:s3:::attic"}}""", kind: kind);

        Assert.Equal((all.Store.Name, new PlainFormat(CompressionFormat.Gzip)), (all.Backup!.Store.Name, all.Backup.Format));
        Assert.False(all.StoresObjects);
        Assert.Null(failed.Backup);
    }

    [Fact]
    public void A_backup_that_is_not_described_is_refused() => Assert.Equal(
        "S3BackupConfiguration: is wanted where S3BackupMode is Enabled.",
        Assert.Throws<DeliveryConfigurationException>(() => Read("""{"BucketARN":"arn:aws:s3:::lake","S3BackupMode":"Enabled"}""")).Message);

    [Fact]
    public void What_is_wrong_with_a_backup_is_said_with_its_member() => Assert.StartsWith(
        "S3BackupConfiguration.Prefix: character",
        Assert.Throws<DeliveryConfigurationException>(() => Read("""
            {"BucketARN":"arn:aws:s3:::lake","S3BackupMode":"Enabled","S3BackupConfiguration":{"BucketARN":"arn:aws:s3:::attic","Prefix":"!{timestamp:yyyy"}}
            """)).Message, StringComparison.Ordinal);

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once_with_its_member()
    {
        var refused = Assert.Throws<DeliveryConfigurationException>(() => Read("""
            {"BucketARN":"arn:aws:s3:::sea","CompressionFormat":"LZ4","Prefix":"!{timestamp:yyyy",
             "ProcessingConfiguration":{"Enabled":true,"Processors":[{"Type":"Lambda","Parameters":[{"ParameterName":"LambdaArn","ParameterValue":"arn:aws:lambda:us-east-1:000000000000:function:enrich:$LATEST"}]},{"Type":"MetadataExtraction","Parameters":[{"ParameterName":"MetadataExtractionQuery","ParameterValue":"{a:.b|input}"}]}]}}
            """, buckets: ImmutableSortedDictionary<string, BucketOptions>.Empty));

        Assert.Contains("BucketARN: the bucket 'sea' stands for nothing here; map it by the setting ActorStreams:Firehose:Buckets:sea.", refused.Message, StringComparison.Ordinal);
        Assert.Contains("CompressionFormat: 'LZ4' is none of UNCOMPRESSED, GZIP, ZIP, Snappy, HADOOP_SNAPPY, ZSTD.", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Prefix: character", refused.Message, StringComparison.Ordinal);
        Assert.Contains("ProcessingConfiguration.Processors[0].LambdaArn: the function 'enrich' stands for nothing here; give its address, its script or what its lines are in the setting ActorStreams:Firehose:Functions:enrich.", refused.Message, StringComparison.Ordinal);
        Assert.Contains("ProcessingConfiguration.Processors[1].MetadataExtractionQuery: character", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_function_of_the_settings_makes_json_of_lines()
    {
        var functions = ImmutableSortedDictionary<string, TransformOptions>.Empty
            .Add("badges", new TransformOptions { Csv = new CsvLineOptions { Fields = ["badge", "zone"], Delimiter = @"\t" } })
            .Add("access", new TransformOptions { Log = new LogLineOptions { Format = "COMMONAPACHELOG" } });
        await using var csv = Read(Calling("badges"), functions: functions);
        await using var log = Read(Calling("access"), functions: functions);

        var badge = await csv.Steps.Single().ProcessAsync([new DeliveryRecord("1", default, "17\tnorth\n"u8.ToArray()), new DeliveryRecord("2", default, "18"u8.ToArray())], default);
        var access = await log.Steps.Single().ProcessAsync(
            [new DeliveryRecord("1", default, "10.0.0.1 - alice [10/Oct/2026:13:55:36 +0000] \"GET / HTTP/1.1\" 200 17"u8.ToArray())], default);

        Assert.Equal("""{"badge":"17","zone":"north"}""", Encoding.UTF8.GetString(badge.Records.Single().Data.Span));
        Assert.Equal("The line has 1 values; there are 2 names.", badge.Failed.Single().Message);
        Assert.Contains("\"authuser\":\"alice\"", Encoding.UTF8.GetString(access.Records.Single().Data.Span), StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_function_that_cannot_be_is_named()
    {
        var functions = ImmutableSortedDictionary<string, TransformOptions>.Empty.Add("badges", new TransformOptions { Csv = new CsvLineOptions { Fields = ["a", "a"] } });

        Assert.Contains("Functions:badges: Fields: a name stands there twice.", Assert.Throws<DeliveryConfigurationException>(() => Read(Calling("badges"), functions: functions)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_function_is_given_the_time_that_the_settings_say()
    {
        // It takes connections and answers none.
        using var hangs = new TcpListener(IPAddress.Loopback, 0);
        hangs.Start();
        var functions = ImmutableSortedDictionary<string, TransformOptions>.Empty
            .Add("slow", new TransformOptions { Url = new Uri($"http://{hangs.LocalEndpoint}/"), Timeout = TimeSpan.FromMilliseconds(50) });
        await using var plan = Read(Calling("slow").Replace("slow\"}", "slow\"},{\"ParameterName\":\"NumberOfRetries\",\"ParameterValue\":\"0\"}", StringComparison.Ordinal), functions: functions);

        var processed = await plan.Steps.Single().ProcessAsync([new DeliveryRecord("1", default, "a"u8.ToArray())], default);

        Assert.EndsWith("did not answer within 0.05 s.", processed.Failed.Single().Message, StringComparison.Ordinal);
    }

    private static string Calling(string function) => $$$"""
        {"BucketARN":"arn:aws:s3:::lake","ProcessingConfiguration":{"Enabled":true,"Processors":[
         {"Type":"Lambda","Parameters":[{"ParameterName":"LambdaArn","ParameterValue":"arn:aws:lambda:us-east-1:000000000000:function:{{{function}}}"}]}]}}
        """;

    [Theory]
    [InlineData("Redshift", "{\"ClusterJDBCURL\":\"jdbc:redshift://none:1/d\",\"S3Configuration\":{}}", "ClusterJDBCURL", "S3Configuration.BucketARN")]
    [InlineData("HttpEndpoint", "{\"S3Configuration\":{}}", "S3Configuration.BucketARN", "EndpointConfiguration.Url")]
    [InlineData("Splunk", "{\"S3Configuration\":{}}", "S3Configuration.BucketARN", "HECEndpoint")]
    [InlineData("Amazonopensearchservice", "{\"DomainARN\":\"d/none\",\"S3Configuration\":{}}", "DomainARN", "S3Configuration.BucketARN")]
    [InlineData(
        "ExtendedS3",
        "{\"DynamicPartitioningConfiguration\":{\"Enabled\":true},\"Prefix\":\"!{partitionKeyFromQuery:a}/\",\"ErrorOutputPrefix\":\"e/\",\"ProcessingConfiguration\":{\"Enabled\":true,\"Processors\":[{\"Type\":\"MetadataExtraction\"}]}}",
        "ProcessingConfiguration.Processors[0].MetadataExtractionQuery", "BucketARN")]
    public void What_is_wrong_with_the_destination_does_not_hide_what_is_wrong_with_its_bucket(string kind, string document, params string[] paths)
    {
        var reader = new DeliveryPlanReader(new FirehoseOptions(), TimeProvider.System);

        var refused = Assert.Throws<DeliveryConfigurationException>(() => reader.Read(DeliveryRig.Definition with { DestinationKind = kind, Destination = document }));

        Assert.Equal(paths, refused.Problems.Select(p => p.Path));
    }

    private DeliveryPlan Read(
        string document, ImmutableSortedDictionary<string, ImmutableArray<string>>? tables = null, ImmutableSortedDictionary<string, BucketOptions>? buckets = null,
        ImmutableSortedDictionary<string, TransformOptions>? functions = null, string kind = "ExtendedS3")
    {
        var options = new FirehoseOptions
        {
            Buckets = buckets ?? ImmutableSortedDictionary<string, BucketOptions>.Empty.Add(FirehoseOptions.AnyBucket, new BucketOptions { Folder = _folder.FullName }),
            Functions = functions ?? ImmutableSortedDictionary<string, TransformOptions>.Empty,
            Tables = tables ?? ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty,
        };
        return new DeliveryPlanReader(options, TimeProvider.System).Read(DeliveryRig.Definition with { Destination = document, DestinationKind = kind });
    }
}
