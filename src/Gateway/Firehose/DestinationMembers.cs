using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;
using static ActorStreams.Gateway.Wire.MemberType;

namespace ActorStreams.Gateway.Firehose;

/// <summary>
/// The members of destinations with the constraints of the API model. Beyond it, URLs of HTTP endpoints and search clusters may begin with
/// <c>http:</c>, as those of one's own network do.
/// </summary>
internal static class DestinationMembers
{
    private static readonly Pattern s_any = new(".*");
    private static readonly Pattern s_notBlank = new(@"^(?!\s*$).+", @".*\S.*");
    private static readonly Pattern s_noWhitespace = new(@"^\S+$", @"\S+");

    public static readonly Pattern KmsKeyArn = new(@"arn:.*:kms:[a-zA-Z0-9\-]+:\d{12}:(key|alias)/[a-zA-Z_0-9+=,.@\-_/]+");

    public static readonly Member RoleArn = Text("RoleARN", 1, 512, new(@"arn:.*:iam::\d{12}:role/[a-zA-Z_0-9+=,.@\-_/]+"));

    private static readonly Member s_logging = new("CloudWatchLoggingOptions", Structure)
    {
        Members =
        [
            new("Enabled", MemberType.Boolean),
            Text("LogGroupName", 0, 512, new(@"[\.\-_/#A-Za-z0-9]*")),
            Text("LogStreamName", 0, 512, new("[^:*]*")),
        ],
    };

    private static readonly Member s_processing = new("ProcessingConfiguration", Structure)
    {
        Members =
        [
            new("Enabled", MemberType.Boolean),
            new("Processors", StructureList)
            {
                Members =
                [
                    // AvroSerDe and its Compression are ours; the service has no Avro, and SDKs send no serializer that they do not know.
                    Enum("Type", "RecordDeAggregation", "Decompression", "CloudWatchLogProcessing", "Lambda", "MetadataExtraction", "AppendDelimiterToRecord", "AvroSerDe") with { IsRequired = true },
                    new("Parameters", StructureList)
                    {
                        Members =
                        [
                            Enum(
                                "ParameterName", "LambdaArn", "NumberOfRetries", "MetadataExtractionQuery", "JsonParsingEngine", "RoleArn", "BufferSizeInMBs",
                                "BufferIntervalInSeconds", "SubRecordType", "Delimiter", "CompressionFormat", "DataMessageExtraction", "Compression") with { IsRequired = true },
                            Text("ParameterValue", 1, 5120, s_notBlank) with { IsRequired = true },
                        ],
                    },
                ],
            },
        ],
    };

    private static readonly Member s_secretsManager = new("SecretsManagerConfiguration", Structure)
    {
        Members =
        [
            Text("SecretARN", 1, 2048, new(@"arn:.*:secretsmanager:[a-zA-Z0-9\-]+:\d{12}:secret:[a-zA-Z0-9\-/_+=.@!]+")),
            RoleArn,
            new("Enabled", MemberType.Boolean) { IsRequired = true },
        ],
    };

    private static readonly ImmutableArray<Member> s_s3 =
    [
        RoleArn with { IsRequired = true },
        Text("BucketARN", 1, 2048, new(@"arn:.*:s3:::[\w\.\-]{1,255}")) with { IsRequired = true },
        Text("Prefix", 0, 1024, s_any),
        Text("ErrorOutputPrefix", 0, 1024, s_any),
        Buffering(sizeMBsMax: 128),
        // ZSTD is ours; the service has none.
        Enum("CompressionFormat", "UNCOMPRESSED", "GZIP", "ZIP", "Snappy", "HADOOP_SNAPPY", "ZSTD"),
        new("EncryptionConfiguration", Structure)
        {
            Members =
            [
                Enum("NoEncryptionConfig", "NoEncryption"),
                new("KMSEncryptionConfig", Structure) { Members = [Text("AWSKMSKeyARN", 1, 512, KmsKeyArn) with { IsRequired = true }] },
            ],
        },
        s_logging,
    ];

    private static readonly Member s_s3Configuration = new("S3Configuration", Structure) { IsRequired = true, Members = s_s3 };

    private static readonly Member s_s3Backup = new("S3BackupConfiguration", Structure) { Members = s_s3 };

    private static readonly Member s_conversion = new("DataFormatConversionConfiguration", Structure)
    {
        Members =
        [
            new("SchemaConfiguration", Structure)
            {
                Members = [.. ((string[])["RoleARN", "CatalogId", "DatabaseName", "TableName", "Region", "VersionId"]).Select(name => Text(name, 1, 1024, s_noWhitespace))],
            },
            new("InputFormatConfiguration", Structure)
            {
                Members =
                [
                    new("Deserializer", Structure)
                    {
                        Members =
                        [
                            new("OpenXJsonSerDe", Structure)
                            {
                                Members =
                                [
                                    new("ConvertDotsInJsonKeysToUnderscores", MemberType.Boolean),
                                    new("CaseInsensitive", MemberType.Boolean),
                                    new("ColumnToJsonKeyMappings", StringMap) { Keys = Text("Key", 1, 1024, s_noWhitespace), Items = Text("Value", 1, 1024, s_notBlank) },
                                ],
                            },
                            new("HiveJsonSerDe", Structure)
                            {
                                Members = [new("TimestampFormats", StringList) { Items = Text("Format", 1, 1024, s_notBlank) }],
                            },
                        ],
                    },
                ],
            },
            new("OutputFormatConfiguration", Structure)
            {
                Members =
                [
                    new("Serializer", Structure)
                    {
                        Members =
                        [
                            new("ParquetSerDe", Structure)
                            {
                                Members =
                                [
                                    Number("BlockSizeBytes", 67_108_864, int.MaxValue),
                                    Number("PageSizeBytes", 65_536, int.MaxValue),
                                    Enum("Compression", "UNCOMPRESSED", "GZIP", "SNAPPY", "ZSTD"),
                                    new("EnableDictionaryCompression", MemberType.Boolean),
                                    Number("MaxPaddingBytes", 0, int.MaxValue),
                                    Enum("WriterVersion", "V1", "V2"),
                                ],
                            },
                            // Refused as a whole, so what is in it does not count.
                            new("OrcSerDe", Structure),
                        ],
                    },
                ],
            },
            new("Enabled", MemberType.Boolean),
        ],
    };

    public static readonly ImmutableArray<Member> S3 = s_s3;

    public static readonly ImmutableArray<Member> ExtendedS3 =
    [
        .. s_s3,
        s_processing,
        Enum("S3BackupMode", "Disabled", "Enabled"),
        s_s3Backup,
        s_conversion,
        new("DynamicPartitioningConfiguration", Structure) { Members = [Retry(), new("Enabled", MemberType.Boolean)] },
        Text("FileExtension", 0, 128, new(@"^$|\.[0-9a-z!\-_.*'()]+", @"|\.[0-9a-z!\-_.*'()]+")),
        Text("CustomTimeZone", 0, 50, new("^$|[a-zA-Z/_]+", "|[a-zA-Z/_]+")),
    ];

    public static readonly ImmutableArray<Member> Redshift =
    [
        RoleArn with { IsRequired = true },
        Text("ClusterJDBCURL", 1, 512, new(
            @"jdbc:(redshift|postgresql)://((?!-)[A-Za-z0-9-]{1,63}(?<!-)\.)+(redshift(-serverless)?)\.([a-zA-Z0-9\.\-]+):\d{1,5}/[a-zA-Z0-9_$-]+",
            @"jdbc:(redshift|postgresql)://([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+(redshift(-serverless)?)\.([a-zA-Z0-9\.\-]+):\d{1,5}/[a-zA-Z0-9_$-]+")) with
        { IsRequired = true },
        new("CopyCommand", Structure)
        {
            IsRequired = true,
            Members =
            [
                Text("DataTableName", 1, 512, s_any) with { IsRequired = true },
                Text("DataTableColumns", 0, 10_240, s_any),
                Text("CopyOptions", 0, 10_240, s_any),
            ],
        },
        Text("Username", 1, 512, s_any),
        Text("Password", 6, 512, s_any) with { IsSecret = true },
        Retry(),
        s_s3Configuration,
        s_processing,
        Enum("S3BackupMode", "Disabled", "Enabled"),
        s_s3Backup,
        s_logging,
        s_secretsManager,
    ];

    /// <summary>Elasticsearch and OpenSearch clusters are told the same.</summary>
    public static readonly ImmutableArray<Member> Search =
    [
        RoleArn with { IsRequired = true },
        Text("DomainARN", 1, 512, new(@"arn:.*:es:[a-zA-Z0-9\-]+:\d{12}:domain/[a-z][-0-9a-z]{2,27}")),
        Text("ClusterEndpoint", 1, 512, new("https?:.*")),
        Text("IndexName", 1, 80, s_any) with { IsRequired = true },
        Text("TypeName", 0, 100, s_any),
        Enum("IndexRotationPeriod", "NoRotation", "OneHour", "OneDay", "OneWeek", "OneMonth"),
        Buffering(sizeMBsMax: 100),
        Retry(),
        Enum("S3BackupMode", "FailedDocumentsOnly", "AllDocuments"),
        s_s3Configuration,
        s_processing,
        s_logging,
        new("VpcConfiguration", Structure)
        {
            Members =
            [
                new("SubnetIds", StringList) { IsRequired = true, LengthMin = 1, LengthMax = 16, Items = Text("Id", 1, 1024, s_noWhitespace) },
                RoleArn with { IsRequired = true },
                new("SecurityGroupIds", StringList) { IsRequired = true, LengthMin = 1, LengthMax = 5, Items = Text("Id", 1, 1024, s_noWhitespace) },
            ],
        },
        new("DocumentIdOptions", Structure)
        {
            Members = [Enum("DefaultDocumentIdFormat", "FIREHOSE_DEFAULT", "NO_DOCUMENT_ID") with { IsRequired = true }],
        },
    ];

    public static readonly ImmutableArray<Member> Splunk =
    [
        Text("HECEndpoint", 0, 2048, s_any) with { IsRequired = true },
        Enum("HECEndpointType", "Raw", "Event") with { IsRequired = true },
        Text("HECToken", 0, 2048, s_any) with { IsSecret = true },
        Number("HECAcknowledgmentTimeoutInSeconds", 180, 600),
        Retry(),
        Enum("S3BackupMode", "FailedEventsOnly", "AllEvents"),
        s_s3Configuration,
        s_processing,
        s_logging,
        Buffering(sizeMBsMax: 5, intervalSecondsMax: 60),
        s_secretsManager,
    ];

    public static readonly ImmutableArray<Member> HttpEndpoint =
    [
        new("EndpointConfiguration", Structure)
        {
            IsRequired = true,
            Members =
            [
                // Of an endpoint, or the ARN of a stream.
                Text("Url", 1, 1000, new(@"https?://.*|arn:.*:kinesis:[a-zA-Z0-9\-]+:\d{12}:stream/[a-zA-Z0-9_.-]+")) with { IsRequired = true },
                Text("Name", 1, 256, s_notBlank),
                Text("AccessKey", 0, 4096, s_any) with { IsSecret = true },
            ],
        },
        Buffering(sizeMBsMax: 64),
        s_logging,
        new("RequestConfiguration", Structure)
        {
            Members =
            [
                Enum("ContentEncoding", "NONE", "GZIP"),
                new("CommonAttributes", StructureList)
                {
                    LengthMax = 50,
                    Members =
                    [
                        Text("AttributeName", 1, 256, s_notBlank) with { IsRequired = true },
                        Text("AttributeValue", 0, 1024, s_any) with { IsRequired = true },
                    ],
                },
            ],
        },
        s_processing,
        RoleArn,
        Retry(),
        Enum("S3BackupMode", "FailedDataOnly", "AllData"),
        s_s3Configuration,
        s_secretsManager,
    ];

    private static Member Text(string name, int lengthMin, int lengthMax, Pattern pattern) =>
        new(name, MemberType.String) { LengthMin = lengthMin, LengthMax = lengthMax, Pattern = pattern };

    private static Member Enum(string name, params ImmutableArray<string> allowed) => new(name, MemberType.String) { Allowed = allowed };

    private static Member Number(string name, int min, int max) => new(name, Integer) { ValueMin = min, ValueMax = max };

    private static Member Buffering(int sizeMBsMax, int intervalSecondsMax = 900) => new("BufferingHints", Structure)
    {
        Members = [Number("SizeInMBs", 1, sizeMBsMax), Number("IntervalInSeconds", 0, intervalSecondsMax)],
    };

    private static Member Retry() => new("RetryOptions", Structure) { Members = [Number("DurationInSeconds", 0, 7200)] };
}
