using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using ActorStreams.Gateway.Wire;

namespace ActorStreams.Gateway.Firehose;

/// <summary>
/// What must hold between the members of a destination's whole document, beyond the constraint that each has by itself. What an address or a
/// transform can do is for whoever delivers to say.
/// </summary>
internal static class DestinationRules
{
    /// <summary>With these, records are kept as they came.</summary>
    private static readonly ImmutableArray<string> s_backupsOfAll = ["Enabled", "AllData", "AllEvents"];

    /// <summary>Throws the InvalidArgumentException that names the member.</summary>
    public static void Check(DestinationKind kind, JsonObject document)
    {
        var problems = new Problems();
        Check(kind, document, problems);
        problems.ThrowFirst();
    }

    /// <summary>Everything that is wrong, with paths in the document.</summary>
    public static void Check(DestinationKind kind, JsonObject document, Problems problems)
    {
        if (document["ProcessingConfiguration"] is JsonObject processing) ProcessorRules.Check(processing, problems);
        if (DestinationDocuments.IsEnabled(document, "SecretsManagerConfiguration"))
        {
            problems.Add(
                "SecretsManagerConfiguration",
                "SecretsManagerConfiguration can't be enabled: there is no secrets manager here; give the secret itself.");
        }
        if (ProcessorRules.Has(document, "AvroSerDe") && !DestinationDocuments.IsEnabled(document, "DataFormatConversionConfiguration"))
        {
            problems.Add(
                "ProcessingConfiguration.Processors",
                "Processor AvroSerDe needs DataFormatConversionConfiguration to be enabled, which ExtendedS3DestinationConfiguration has: it says how converted objects are written.");
        }
        if (kind == DestinationKind.ExtendedS3) CheckExtendedS3(document, problems);
        else if (kind == DestinationKind.Redshift) CheckRedshift(document, problems);
        else if (kind == DestinationKind.Splunk) CheckSplunk(document, problems);
        else if (kind == DestinationKind.Elasticsearch || kind == DestinationKind.OpenSearch) CheckSearch(document, problems);
        foreach (var member in (string[])["S3Configuration", "S3BackupConfiguration"])
        {
            if (document[member] is JsonObject objects) CheckObjects(objects, member + ".", isStaging: kind == DestinationKind.Redshift && member == "S3Configuration", problems);
        }
    }

    /// <summary>What can't be changed once it is there. Throws the InvalidArgumentException.</summary>
    public static void CheckChange(JsonObject before, JsonObject after)
    {
        var problems = new Problems();
        CheckChange(before, after, problems);
        problems.ThrowFirst();
    }

    public static void CheckChange(JsonObject before, JsonObject after, Problems problems)
    {
        var (was, isNow) = (
            DestinationDocuments.IsEnabled(before, "DynamicPartitioningConfiguration"), DestinationDocuments.IsEnabled(after, "DynamicPartitioningConfiguration"));
        if (was && !isNow)
            problems.Add("DynamicPartitioningConfiguration", "Dynamic Partitioning can't be disabled on a delivery stream that was created with it.");
        if (!was && isNow)
            problems.Add("DynamicPartitioningConfiguration", "Dynamic Partitioning can only be enabled when a delivery stream is created.");
        if (Text(before, "S3BackupMode") is { } mode && s_backupsOfAll.Contains(mode) && Text(after, "S3BackupMode") != mode)
        {
            problems.Add(
                "S3BackupMode",
                $"S3BackupMode {mode} can't be changed to {Text(after, "S3BackupMode")}: a backup of all records can't be disabled once it is enabled.");
        }
    }

    private static void CheckExtendedS3(JsonObject document, Problems problems)
    {
        CheckEncryption(document, "", problems);
        CheckBackup(document, problems);
        if (DestinationDocuments.IsEnabled(document, "DataFormatConversionConfiguration")) CheckConversion(document, problems);
        else RefuseOrc(document, problems);
        var isPartitioned = DestinationDocuments.IsEnabled(document, "DynamicPartitioningConfiguration");
        if (isPartitioned)
        {
            if (!DestinationDocuments.IsEnabled(document, "ProcessingConfiguration"))
                problems.Add("ProcessingConfiguration", "Processing Configuration should be enabled when Dynamic Partitioning is enabled.");
            CheckSize(document, "Dynamic Partitioning", problems);
        }
        PrefixRules.Check(document, "", isPartitioned, problems);
    }

    private static void CheckConversion(JsonObject document, Problems problems)
    {
        var conversion = (JsonObject)document["DataFormatConversionConfiguration"]!;
        RefuseOrc(document, problems);
        if (conversion["SchemaConfiguration"] is null) Missing("SchemaConfiguration");
        CheckOne("InputFormatConfiguration", "Deserializer");
        CheckSerializer();
        if (Text(document, "CompressionFormat") is not "UNCOMPRESSED")
        {
            problems.Add(
                "CompressionFormat",
                $"CompressionFormat must be UNCOMPRESSED when data format conversion is enabled, not {Text(document, "CompressionFormat")}; the serializer has a compression of its own.");
        }
        CheckSize(document, "data format conversion", problems);

        void CheckOne(string format, string member)
        {
            var count = (conversion[format]?[member] as JsonObject)?.Count ?? 0;
            if (count == 0) Missing($"{format}.{member}");
            else if (count > 1) Add($"{format}.{member}", "holds more than one; exactly one is allowed.");
        }

        void CheckSerializer()
        {
            const string member = "OutputFormatConfiguration.Serializer";
            if (!ProcessorRules.Has(document, "AvroSerDe")) CheckOne("OutputFormatConfiguration", "Serializer");
            else if (conversion["OutputFormatConfiguration"]?["Serializer"] is JsonObject { Count: > 0 })
                Add(member, "must be empty or left out beside the processor AvroSerDe, which is the serializer.");
        }

        void Missing(string member) => Add(member, "must be given when data format conversion is enabled.");

        void Add(string member, string text) => problems.Add($"DataFormatConversionConfiguration.{member}", $"DataFormatConversionConfiguration.{member} {text}");
    }

    private static void RefuseOrc(JsonObject document, Problems problems)
    {
        const string path = "DataFormatConversionConfiguration.OutputFormatConfiguration.Serializer.OrcSerDe";
        if (document["DataFormatConversionConfiguration"]?["OutputFormatConfiguration"]?["Serializer"]?["OrcSerDe"] is not null)
            problems.Add(path, $"{path} is not supported: there is no writer of ORC here; supported are ParquetSerDe and the processor AvroSerDe.");
    }

    private static void CheckSize(JsonObject document, string what, Problems problems)
    {
        if ((int)document["BufferingHints"]!["SizeInMBs"]! < FirehoseLimits.LargeBufferMBsMin)
        {
            problems.Add("BufferingHints.SizeInMBs", string.Create(
                CultureInfo.InvariantCulture, $"BufferingHints.SizeInMBs must be at least {FirehoseLimits.LargeBufferMBsMin} when {what} is enabled."));
        }
    }

    private static void CheckRedshift(JsonObject document, Problems problems)
    {
        if (Text(document, "Username") is null) problems.Add("Username", "Username must be given.");
        if (Text(document, "Password") is null) problems.Add("Password", "Password must be given.");
        CheckBackup(document, problems);
    }

    private static void CheckBackup(JsonObject document, Problems problems)
    {
        if (Text(document, "S3BackupMode") == "Enabled" && document["S3BackupConfiguration"] is null)
            problems.Add("S3BackupConfiguration", "S3BackupConfiguration must be given when S3BackupMode is Enabled.");
    }

    private static void CheckSplunk(JsonObject document, Problems problems)
    {
        if (string.IsNullOrEmpty(Text(document, "HECToken"))) problems.Add("HECToken", "HECToken must be given.");
        if (!Uri.TryCreate(Text(document, "HECEndpoint"), UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            problems.Add("HECEndpoint", "HECEndpoint must be a URL that begins with https:// or http://.");
    }

    private static void CheckSearch(JsonObject document, Problems problems)
    {
        if (document.ContainsKey("DomainARN") == document.ContainsKey("ClusterEndpoint"))
            problems.Add("DomainARN", "Either DomainARN or ClusterEndpoint must be given, not both.");
    }

    /// <param name="isStaging">The warehouse reads the objects.</param>
    private static void CheckObjects(JsonObject objects, string path, bool isStaging, Problems problems)
    {
        CheckEncryption(objects, path, problems);
        if (isStaging && Text(objects, "CompressionFormat") is "ZIP" or "Snappy" or "HADOOP_SNAPPY" or "ZSTD")
        {
            problems.Add(
                path + "CompressionFormat",
                $"{path}CompressionFormat {Text(objects, "CompressionFormat")} can't be read by COPY; allowed are UNCOMPRESSED and GZIP.");
        }
        if (isStaging && PrefixRules.HasExpressions(Text(objects, "Prefix")))
            problems.Add(path + "Prefix", $"{path}Prefix must have no expressions: the objects are named in manifests.");
        PrefixRules.Check(objects, path, isPartitioned: false, problems);
    }

    private static void CheckEncryption(JsonObject objects, string path, Problems problems)
    {
        if (objects["EncryptionConfiguration"] is JsonObject { Count: > 1 })
        {
            problems.Add(
                path + "EncryptionConfiguration",
                $"{path}EncryptionConfiguration holds NoEncryptionConfig and KMSEncryptionConfig; exactly one is allowed.");
        }
    }

    private static string? Text(JsonObject document, string member) => document[member]?.GetValue<string>();
}
