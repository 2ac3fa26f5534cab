using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using ActorStreams.Gateway.Kinesis;

namespace ActorStreams.Gateway.Firehose;

/// <summary>
/// What must hold between the members of a destination's whole document, beyond the constraint that each has by itself. Throws the
/// InvalidArgumentException that names the member. What an address or a transform can do is for whoever delivers to say.
/// </summary>
internal static class DestinationRules
{
    /// <summary>With these, records are kept as they came.</summary>
    private static readonly ImmutableArray<string> s_backupsOfAll = ["Enabled", "AllData", "AllEvents"];

    public static void Check(DestinationKind kind, JsonObject document)
    {
        if (document["ProcessingConfiguration"] is JsonObject processing) ProcessorRules.Check(processing);
        if (DestinationDocuments.IsEnabled(document, "SecretsManagerConfiguration"))
            throw KinesisErrors.InvalidArgument("SecretsManagerConfiguration can't be enabled: there is no secrets manager here; give the secret itself.");
        if (kind == DestinationKind.ExtendedS3) CheckExtendedS3(document);
        else if (kind == DestinationKind.Redshift) CheckRedshift(document);
        else if (kind == DestinationKind.Splunk) CheckSplunk(document);
        else if (kind == DestinationKind.Elasticsearch || kind == DestinationKind.OpenSearch) CheckSearch(document);
        foreach (var member in (string[])["S3Configuration", "S3BackupConfiguration"])
        {
            if (document[member] is JsonObject objects) CheckObjects(objects, member + ".", isStaging: kind == DestinationKind.Redshift && member == "S3Configuration");
        }
    }

    /// <summary>What can't be changed once it is there.</summary>
    public static void CheckChange(JsonObject before, JsonObject after)
    {
        var (was, isNow) = (
            DestinationDocuments.IsEnabled(before, "DynamicPartitioningConfiguration"), DestinationDocuments.IsEnabled(after, "DynamicPartitioningConfiguration"));
        if (was && !isNow)
            throw KinesisErrors.InvalidArgument("Dynamic Partitioning can't be disabled on a delivery stream that was created with it.");
        if (!was && isNow)
            throw KinesisErrors.InvalidArgument("Dynamic Partitioning can only be enabled when a delivery stream is created.");
        if (Text(before, "S3BackupMode") is { } mode && s_backupsOfAll.Contains(mode) && Text(after, "S3BackupMode") != mode)
            throw KinesisErrors.InvalidArgument($"S3BackupMode {mode} can't be changed to {Text(after, "S3BackupMode")}: a backup of all records can't be disabled once it is enabled.");
    }

    private static void CheckExtendedS3(JsonObject document)
    {
        CheckEncryption(document, "");
        if (Text(document, "S3BackupMode") == "Enabled" && document["S3BackupConfiguration"] is null)
            throw KinesisErrors.InvalidArgument("S3BackupConfiguration must be given when S3BackupMode is Enabled.");
        if (DestinationDocuments.IsEnabled(document, "DataFormatConversionConfiguration")) CheckConversion(document);
        else RefuseOrc(document);
        var isPartitioned = DestinationDocuments.IsEnabled(document, "DynamicPartitioningConfiguration");
        if (isPartitioned)
        {
            if (!DestinationDocuments.IsEnabled(document, "ProcessingConfiguration"))
                throw KinesisErrors.InvalidArgument("Processing Configuration should be enabled when Dynamic Partitioning is enabled.");
            CheckSize(document, "Dynamic Partitioning");
        }
        PrefixRules.Check(document, "", isPartitioned);
    }

    private static void CheckConversion(JsonObject document)
    {
        var conversion = (JsonObject)document["DataFormatConversionConfiguration"]!;
        RefuseOrc(document);
        if (conversion["SchemaConfiguration"] is null) throw Missing("SchemaConfiguration");
        if (conversion["InputFormatConfiguration"]?["Deserializer"] is not JsonObject input || input.Count == 0) throw Missing("InputFormatConfiguration.Deserializer");
        if (input.Count > 1) throw OnlyOne("InputFormatConfiguration.Deserializer");
        if (conversion["OutputFormatConfiguration"]?["Serializer"] is not JsonObject output || output.Count == 0) throw Missing("OutputFormatConfiguration.Serializer");
        if (Text(document, "CompressionFormat") is not "UNCOMPRESSED")
        {
            throw KinesisErrors.InvalidArgument(
                $"CompressionFormat must be UNCOMPRESSED when data format conversion is enabled, not {Text(document, "CompressionFormat")}; the serializer has a compression of its own.");
        }
        CheckSize(document, "data format conversion");

        static KinesisException Missing(string member) =>
            KinesisErrors.InvalidArgument($"DataFormatConversionConfiguration.{member} must be given when data format conversion is enabled.");

        static KinesisException OnlyOne(string member) =>
            KinesisErrors.InvalidArgument($"DataFormatConversionConfiguration.{member} holds more than one; exactly one is allowed.");
    }

    private static void RefuseOrc(JsonObject document)
    {
        if (document["DataFormatConversionConfiguration"]?["OutputFormatConfiguration"]?["Serializer"]?["OrcSerDe"] is not null)
        {
            throw KinesisErrors.InvalidArgument(
                "DataFormatConversionConfiguration.OutputFormatConfiguration.Serializer.OrcSerDe is not supported: there is no writer of ORC here; supported is ParquetSerDe.");
        }
    }

    private static void CheckSize(JsonObject document, string what)
    {
        if ((int)document["BufferingHints"]!["SizeInMBs"]! < FirehoseLimits.LargeBufferMBsMin)
        {
            throw KinesisErrors.InvalidArgument(string.Create(
                CultureInfo.InvariantCulture, $"BufferingHints.SizeInMBs must be at least {FirehoseLimits.LargeBufferMBsMin} when {what} is enabled."));
        }
    }

    private static void CheckRedshift(JsonObject document)
    {
        if (Text(document, "Username") is null) throw KinesisErrors.InvalidArgument("Username must be given.");
        if (Text(document, "Password") is null) throw KinesisErrors.InvalidArgument("Password must be given.");
        if (Text(document, "S3BackupMode") == "Enabled" && document["S3BackupConfiguration"] is null)
            throw KinesisErrors.InvalidArgument("S3BackupConfiguration must be given when S3BackupMode is Enabled.");
    }

    private static void CheckSplunk(JsonObject document)
    {
        if (string.IsNullOrEmpty(Text(document, "HECToken"))) throw KinesisErrors.InvalidArgument("HECToken must be given.");
        if (!Uri.TryCreate(Text(document, "HECEndpoint"), UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw KinesisErrors.InvalidArgument("HECEndpoint must be a URL that begins with https:// or http://.");
    }

    private static void CheckSearch(JsonObject document)
    {
        if (document.ContainsKey("DomainARN") == document.ContainsKey("ClusterEndpoint"))
            throw KinesisErrors.InvalidArgument("Either DomainARN or ClusterEndpoint must be given, not both.");
    }

    /// <param name="isStaging">The warehouse reads the objects.</param>
    private static void CheckObjects(JsonObject objects, string path, bool isStaging)
    {
        CheckEncryption(objects, path);
        if (isStaging && Text(objects, "CompressionFormat") is "ZIP" or "Snappy" or "HADOOP_SNAPPY")
        {
            throw KinesisErrors.InvalidArgument(
                $"{path}CompressionFormat {Text(objects, "CompressionFormat")} can't be read by COPY; allowed are UNCOMPRESSED and GZIP.");
        }
        if (isStaging && PrefixRules.HasExpressions(Text(objects, "Prefix")))
            throw KinesisErrors.InvalidArgument($"{path}Prefix must have no expressions: the objects are named in manifests.");
        PrefixRules.Check(objects, path, isPartitioned: false);
    }

    private static void CheckEncryption(JsonObject objects, string path)
    {
        if (objects["EncryptionConfiguration"] is JsonObject { Count: > 1 })
            throw KinesisErrors.InvalidArgument($"{path}EncryptionConfiguration holds NoEncryptionConfig and KMSEncryptionConfig; exactly one is allowed.");
    }

    private static string? Text(JsonObject document, string member) => document[member]?.GetValue<string>();
}
