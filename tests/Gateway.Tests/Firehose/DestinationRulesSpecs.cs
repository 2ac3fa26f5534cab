using System.Text.Json.Nodes;
using ActorStreams.Gateway.Firehose;
using ActorStreams.Gateway.Kinesis;

namespace ActorStreams.Gateway.Tests.Firehose;

/// <summary>What must hold between the members of a destination.</summary>
public sealed class DestinationRulesSpecs
{
    private const string Schema = "\"SchemaConfiguration\":{\"TableName\":\"t\"}";
    private const string Input = "\"InputFormatConfiguration\":{\"Deserializer\":{\"OpenXJsonSerDe\":{}}}";
    private const string Output = "\"OutputFormatConfiguration\":{\"Serializer\":{\"ParquetSerDe\":{}}}";
    private const string Avro = "\"ProcessingConfiguration\":{\"Enabled\":true,\"Processors\":[{\"Type\":\"AvroSerDe\",\"Parameters\":[{\"ParameterName\":\"Compression\",\"ParameterValue\":\"DEFLATE\"}]}]}";
    private const string Query = """{"Type":"MetadataExtraction","Parameters":[{"ParameterName":"MetadataExtractionQuery","ParameterValue":"{c:.c}"},{"ParameterName":"JsonParsingEngine","ParameterValue":"JQ-1.6"}]}""";
    private const string Partitioned = "\"DynamicPartitioningConfiguration\":{\"Enabled\":true},\"ErrorOutputPrefix\":\"e/\"";

    [Theory]
    [InlineData("")]
    [InlineData("\"S3BackupMode\":\"Enabled\",\"S3BackupConfiguration\":{}")]
    [InlineData("\"DataFormatConversionConfiguration\":{\"Enabled\":true," + Schema + "," + Input + "," + Output + "}")]
    [InlineData("\"DataFormatConversionConfiguration\":{\"Enabled\":false}")]
    [InlineData(Avro + ",\"DataFormatConversionConfiguration\":{\"Enabled\":true," + Schema + "," + Input + "}")]
    [InlineData(Avro + ",\"DataFormatConversionConfiguration\":{\"Enabled\":true," + Schema + "," + Input + ",\"OutputFormatConfiguration\":{\"Serializer\":{}}}")]
    [InlineData("\"Prefix\":\"!{timestamp:yyyy}/!{firehose:random-string}/\",\"ErrorOutputPrefix\":\"!{firehose:error-output-type}/\"")]
    [InlineData("\"Prefix\":\"!{timestamp:yyyy}/\",\"ErrorOutputPrefix\":\"plain/\"")]
    [InlineData("\"Prefix\":\"!{partitionKeyFromQuery:c}/\"," + Partitioned + ",\"ProcessingConfiguration\":{\"Enabled\":true,\"Processors\":[" + Query + "]}")]
    public void What_fits_together_is_taken(string members) => Check(DestinationKind.ExtendedS3, members);

    [Theory]
    [InlineData(
        Avro + ",\"DataFormatConversionConfiguration\":{\"Enabled\":true," + Schema + "," + Input + "," + Output + "}",
        "DataFormatConversionConfiguration.OutputFormatConfiguration.Serializer must be empty or left out beside the processor AvroSerDe, which is the serializer.")]
    [InlineData(
        Avro, "Processor AvroSerDe needs DataFormatConversionConfiguration to be enabled, which ExtendedS3DestinationConfiguration has: it says how converted objects are written.")]
    [InlineData("\"S3BackupMode\":\"Enabled\"", "S3BackupConfiguration must be given when S3BackupMode is Enabled.")]
    [InlineData(
        "\"DataFormatConversionConfiguration\":{\"Enabled\":true," + Schema + "," + Input + ",\"OutputFormatConfiguration\":{\"Serializer\":{\"OrcSerDe\":{}}}}",
        "DataFormatConversionConfiguration.OutputFormatConfiguration.Serializer.OrcSerDe is not supported: there is no writer of ORC here; supported are ParquetSerDe and the processor AvroSerDe.")]
    [InlineData(
        "\"DataFormatConversionConfiguration\":{\"Enabled\":true," + Input + "," + Output + "}",
        "DataFormatConversionConfiguration.SchemaConfiguration must be given when data format conversion is enabled.")]
    [InlineData(
        "\"DataFormatConversionConfiguration\":{\"Enabled\":true," + Schema + "," + Output + "}",
        "DataFormatConversionConfiguration.InputFormatConfiguration.Deserializer must be given when data format conversion is enabled.")]
    [InlineData(
        "\"DataFormatConversionConfiguration\":{\"Enabled\":true," + Schema + ",\"InputFormatConfiguration\":{\"Deserializer\":{\"OpenXJsonSerDe\":{},\"HiveJsonSerDe\":{}}}," + Output + "}",
        "DataFormatConversionConfiguration.InputFormatConfiguration.Deserializer holds more than one; exactly one is allowed.")]
    [InlineData(
        "\"DataFormatConversionConfiguration\":{\"Enabled\":true," + Schema + "," + Input + "}",
        "DataFormatConversionConfiguration.OutputFormatConfiguration.Serializer must be given when data format conversion is enabled.")]
    [InlineData(
        "\"CompressionFormat\":\"GZIP\",\"DataFormatConversionConfiguration\":{\"Enabled\":true," + Schema + "," + Input + "," + Output + "}",
        "CompressionFormat must be UNCOMPRESSED when data format conversion is enabled, not GZIP; the serializer has a compression of its own.")]
    [InlineData(
        "\"BufferingHints\":{\"SizeInMBs\":63},\"DataFormatConversionConfiguration\":{\"Enabled\":true," + Schema + "," + Input + "," + Output + "}",
        "BufferingHints.SizeInMBs must be at least 64 when data format conversion is enabled.")]
    [InlineData(
        "\"Prefix\":\"!{partitionKeyFromQuery:c}/\"," + Partitioned, "Processing Configuration should be enabled when Dynamic Partitioning is enabled.")]
    [InlineData(
        "\"BufferingHints\":{\"SizeInMBs\":63},\"Prefix\":\"!{partitionKeyFromQuery:c}/\"," + Partitioned + ",\"ProcessingConfiguration\":{\"Enabled\":true,\"Processors\":[" + Query + "]}",
        "BufferingHints.SizeInMBs must be at least 64 when Dynamic Partitioning is enabled.")]
    [InlineData(
        "\"Prefix\":\"x/\"," + Partitioned + ",\"ProcessingConfiguration\":{\"Enabled\":true,\"Processors\":[" + Query + "]}",
        "S3 Prefix should contain Dynamic Partitioning namespaces when Dynamic Partitioning is enabled.")]
    [InlineData(
        "\"Prefix\":\"!{partitionKeyFromLambda:c}/\"," + Partitioned + ",\"ProcessingConfiguration\":{\"Enabled\":true,\"Processors\":[" + Query + "]}",
        "Prefix has !{partitionKeyFromLambda:...}, which needs a processor of type Lambda.")]
    [InlineData("\"Prefix\":\"!{partitionKeyFromQuery:c}/\",\"ErrorOutputPrefix\":\"e/\"", "Prefix names partition keys, which needs Dynamic Partitioning to be enabled.")]
    [InlineData("\"Prefix\":\"!{timestamp:yyyy}/\"", "ErrorOutputPrefix must be given when Prefix has expressions.")]
    [InlineData("\"Prefix\":\"!{firehose:error-output-type}/\"", "Prefix must not have !{firehose:error-output-type}; it stands in ErrorOutputPrefix only.")]
    [InlineData("\"ErrorOutputPrefix\":\"!{timestamp:yyyy}/\"", "ErrorOutputPrefix has expressions, so it must have !{firehose:error-output-type} too.")]
    [InlineData(
        "\"ErrorOutputPrefix\":\"!{firehose:error-output-type}/!{partitionKeyFromQuery:c}/\"", "ErrorOutputPrefix must not name partition keys.")]
    [InlineData("\"Prefix\":\"a/!{timestamp:yyyy\"", "Prefix has an expression that does not end: '!{timestamp:yyyy'.")]
    [InlineData(
        "\"Prefix\":\"!{date:yyyy}/\"",
        "Prefix has the expression !{date:yyyy}; allowed are !{timestamp:...}, !{firehose:random-string}, !{firehose:error-output-type}, !{partitionKeyFromQuery:...} and !{partitionKeyFromLambda:...}.")]
    [InlineData("\"ProcessingConfiguration\":{\"Enabled\":true}", "Processors must be given when ProcessingConfiguration is enabled.")]
    [InlineData("\"ProcessingConfiguration\":{\"Enabled\":true,\"Processors\":[{\"Type\":\"Lambda\"}]}", "Processor Lambda needs the parameter LambdaArn.")]
    [InlineData(
        "\"ProcessingConfiguration\":{\"Enabled\":true,\"Processors\":[" + Query + "," + Query + "]}", "Processors hold MetadataExtraction more than once.")]
    [InlineData(
        "\"ProcessingConfiguration\":{\"Enabled\":true,\"Processors\":[{\"Type\":\"AppendDelimiterToRecord\",\"Parameters\":[{\"ParameterName\":\"LambdaArn\",\"ParameterValue\":\"x\"}]}]}",
        "Processor AppendDelimiterToRecord takes no parameter LambdaArn; allowed are Delimiter.")]
    [InlineData(
        "\"ProcessingConfiguration\":{\"Enabled\":true,\"Processors\":[{\"Type\":\"RecordDeAggregation\",\"Parameters\":[{\"ParameterName\":\"SubRecordType\",\"ParameterValue\":\"XML\"}]}]}",
        "Parameter SubRecordType of processor RecordDeAggregation is 'XML'; allowed are JSON, DELIMITED.")]
    [InlineData(
        "\"ProcessingConfiguration\":{\"Enabled\":true,\"Processors\":[{\"Type\":\"Lambda\",\"Parameters\":[{\"ParameterName\":\"LambdaArn\",\"ParameterValue\":\"x\"},{\"ParameterName\":\"NumberOfRetries\",\"ParameterValue\":\"999\"}]}]}",
        "Parameter NumberOfRetries of processor Lambda is '999'; allowed is an integer from 0 to 300.")]
    [InlineData(
        "\"ProcessingConfiguration\":{\"Enabled\":true,\"Processors\":[{\"Type\":\"Lambda\",\"Parameters\":[{\"ParameterName\":\"LambdaArn\",\"ParameterValue\":\"x\"},{\"ParameterName\":\"NumberOfRetries\",\"ParameterValue\":\"-1\"}]}]}",
        "Parameter NumberOfRetries of processor Lambda is '-1'; allowed is an integer from 0 to 300.")]
    [InlineData(
        "\"ProcessingConfiguration\":{\"Enabled\":true,\"Processors\":[{\"Type\":\"Lambda\",\"Parameters\":[{\"ParameterName\":\"LambdaArn\",\"ParameterValue\":\"x\"},{\"ParameterName\":\"NumberOfRetries\",\"ParameterValue\":\"2.5\"}]}]}",
        "Parameter NumberOfRetries of processor Lambda is '2.5'; allowed is an integer from 0 to 300.")]
    [InlineData(
        "\"ProcessingConfiguration\":{\"Enabled\":true,\"Processors\":[{\"Type\":\"Lambda\",\"Parameters\":[{\"ParameterName\":\"LambdaArn\",\"ParameterValue\":\"x\"},{\"ParameterName\":\"BufferSizeInMBs\",\"ParameterValue\":\"3.1\"}]}]}",
        "Parameter BufferSizeInMBs of processor Lambda is '3.1'; allowed is a number from 0.2 to 3.")]
    [InlineData(
        "\"ProcessingConfiguration\":{\"Enabled\":true,\"Processors\":[{\"Type\":\"Lambda\",\"Parameters\":[{\"ParameterName\":\"LambdaArn\",\"ParameterValue\":\"x\"},{\"ParameterName\":\"BufferIntervalInSeconds\",\"ParameterValue\":\"soon\"}]}]}",
        "Parameter BufferIntervalInSeconds of processor Lambda is 'soon'; allowed is an integer from 0 to 900.")]
    [InlineData(
        "\"EncryptionConfiguration\":{\"NoEncryptionConfig\":\"NoEncryption\",\"KMSEncryptionConfig\":{\"AWSKMSKeyARN\":\"k\"}}",
        "EncryptionConfiguration holds NoEncryptionConfig and KMSEncryptionConfig; exactly one is allowed.")]
    public void What_does_not_fit_together_is_named(string members, string message) => Refused(DestinationKind.ExtendedS3, members, message);

    [Theory]
    [InlineData("\"Username\":\"u\"", "Password must be given.")]
    [InlineData("\"Password\":\"secret\"", "Username must be given.")]
    [InlineData("\"Username\":\"u\",\"Password\":\"secret\",\"S3BackupMode\":\"Enabled\"", "S3BackupConfiguration must be given when S3BackupMode is Enabled.")]
    [InlineData(
        "\"Username\":\"u\",\"Password\":\"secret\",\"S3Configuration\":{\"CompressionFormat\":\"ZIP\"}",
        "S3Configuration.CompressionFormat ZIP can't be read by COPY; allowed are UNCOMPRESSED and GZIP.")]
    [InlineData(
        "\"Username\":\"u\",\"Password\":\"secret\",\"S3Configuration\":{\"Prefix\":\"!{timestamp:yyyy}/\"}",
        "S3Configuration.Prefix must have no expressions: the objects are named in manifests.")]
    [InlineData(
        "\"SecretsManagerConfiguration\":{\"Enabled\":true}",
        "SecretsManagerConfiguration can't be enabled: there is no secrets manager here; give the secret itself.")]
    public void A_warehouse_needs_what_COPY_needs(string members, string message) => Refused(DestinationKind.Redshift, members, message);

    [Fact]
    public void Clusters_and_collectors_need_an_address()
    {
        const string Either = "Either DomainARN or ClusterEndpoint must be given, not both.";
        Refused(DestinationKind.OpenSearch, "", Either);
        Refused(DestinationKind.Elasticsearch, "\"DomainARN\":\"a\",\"ClusterEndpoint\":\"b\"", Either);
        Refused(DestinationKind.Splunk, "\"HECEndpoint\":\"https://x\"", "HECToken must be given.");
        Refused(DestinationKind.Splunk, "\"HECToken\":\"t\",\"HECEndpoint\":\"x\"", "HECEndpoint must be a URL that begins with https:// or http://.");
        Refused(DestinationKind.HttpEndpoint, "\"S3Configuration\":{\"Prefix\":\"!{timestamp:yyyy}\"}", "S3Configuration.ErrorOutputPrefix must be given when Prefix has expressions.");
        Refused(
            DestinationKind.HttpEndpoint, Avro,
            "Processor AvroSerDe needs DataFormatConversionConfiguration to be enabled, which ExtendedS3DestinationConfiguration has: it says how converted objects are written.");
    }

    private static void Check(DestinationKind kind, string members) =>
        DestinationRules.Check(kind, DestinationDocuments.Completed(kind, JsonNode.Parse($"{{{members}}}")!.AsObject()));

    private static void Refused(DestinationKind kind, string members, string message)
    {
        var refusal = Assert.Throws<ApiException>(() => Check(kind, members));
        Assert.Equal(("InvalidArgumentException", message), (refusal.Type, refusal.Detail));
    }
}
