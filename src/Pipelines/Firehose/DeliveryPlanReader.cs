using System.Globalization;
using System.Text.Json.Nodes;
using ActorStreams.Pipelines.Firehose.Destinations;
using ActorStreams.Pipelines.Firehose.Destinations.Folders;
using ActorStreams.Pipelines.Firehose.Destinations.Http;
using ActorStreams.Pipelines.Firehose.Destinations.S3;
using ActorStreams.Pipelines.Firehose.Naming;
using ActorStreams.Pipelines.Formats;
using ActorStreams.Shards.Client;

namespace ActorStreams.Pipelines.Firehose;

/// <summary>Makes a delivery stream's document workable on these machines, or says everything that is wrong with it.</summary>
/// <param name="streams">Asked when a delivery to a stream begins; null where there are none.</param>
public sealed partial class DeliveryPlanReader(FirehoseOptions options, TimeProvider time, Func<IStreams?>? streams = null)
{
    private const long Mebibyte = 1 << 20;
    private const int SizeDefault = 5;
    private const int ConvertedSizeDefault = 128;
    private const int IntervalDefault = 300;

    /// <summary>For as long as the process lives, as the reader does.</summary>
    private readonly HttpClient _functions = HttpEndpointClient.CreateHttp();
    private readonly RowGroupMemory _rowGroups = new(options.RowGroupMemoryMiB * Mebibyte);
    private const string BucketArnPrefix = ":s3:::";

    /// <exception cref="DeliveryConfigurationException">The document asks for what cannot be.</exception>
    public DeliveryPlan Read(DeliveryDefinition definition)
    {
        var problems = new List<DeliveryProblem>();
        var document = new DeliveryDocument(JsonNode.Parse(definition.Destination) as JsonObject ?? [], "", problems);
        var plan = definition.DestinationKind switch
        {
            "S3" or "ExtendedS3" => Objects(definition, document),
            "Redshift" => Warehouse(definition, document),
            "HttpEndpoint" => HttpEndpoint(definition, document),
            "Splunk" => Splunk(definition, document),
            "Amazonopensearchservice" or "Elasticsearch" => Search(definition, document),
            var other => throw new DeliveryConfigurationException($"{other}DestinationConfiguration: this destination is not served."),
        };
        if (problems.Count == 0 && plan is not null) return plan;
        Unused(plan);
        throw new DeliveryConfigurationException(string.Join(" ", problems), problems);
    }

    /// <param name="bucket">Describes bucket, names and compression.</param>
    /// <param name="document">Describes buffering and processing, where it is another than <paramref name="bucket"/>.</param>
    private DeliveryPlan? Objects(DeliveryDefinition definition, DeliveryDocument bucket, DeliveryDocument? document = null)
    {
        document ??= bucket;
        var hints = document.Object("BufferingHints") ?? bucket.Object("BufferingHints");
        var problemsBefore = document.ProblemCount;
        var processing = new ProcessingReader(options, _functions, time).Read(definition, document);
        var isProcessingWrong = document.ProblemCount > problemsBefore;
        var converted = document.Object("DataFormatConversionConfiguration") is { } conversion && conversion.Flag("Enabled");
        IObjectFormat? format = converted
            ? new ConversionReader(options, _rowGroups).Read(
                document.Object("DataFormatConversionConfiguration")!, document.Object("DynamicPartitioningConfiguration")?.Flag("Enabled") ?? false, processing.Avro)
            : Plain(bucket, processing.Delimiter);
        var names = Names(definition, bucket, processing, format, isProcessingWrong);
        var store = Store(bucket);
        var backup = document.Text("S3BackupMode") == "Enabled" ? SourceBackup(definition, document) : null;
        if (format is null || names is null || store is null)
        {
            store?.Dispose();
            backup?.Store.Dispose();
            return null;
        }
        return new DeliveryPlan
        {
            BufferBytesMax = (hints?.Number("SizeInMBs") ?? (converted ? ConvertedSizeDefault : SizeDefault)) * Mebibyte,
            BufferInterval = TimeSpan.FromSeconds(hints?.Number("IntervalInSeconds") ?? IntervalDefault),
            Format = format,
            ErrorFormat = new PlainFormat(CompressionFormat.Uncompressed),
            Names = names,
            Steps = processing.Steps,
            TellsSource = processing.TellsSource && !definition.IsDirectPut,
            Store = store,
            Backup = backup,
        };
    }

    private BackupPlan? SourceBackup(DeliveryDefinition definition, DeliveryDocument document)
    {
        if (document.Object("S3BackupConfiguration") is { } bucket) return Backup(definition, bucket);
        document.Report("S3BackupConfiguration", "is wanted where S3BackupMode is Enabled.");
        return null;
    }

    private BackupPlan? Backup(DeliveryDefinition definition, DeliveryDocument bucket)
    {
        // As they came: nothing parts them, and nothing stands between them.
        var format = Plain(bucket, default);
        var names = Names(definition, bucket, ProcessingPlan.None, format, isProcessingWrong: false);
        var store = Store(bucket);
        if (format is not null && names is not null && store is not null)
            return new BackupPlan(store, names, format, (bucket.Object("BufferingHints")?.Number("SizeInMBs") ?? SizeDefault) * Mebibyte);
        store?.Dispose();
        return null;
    }

    /// <param name="isProcessingWrong">Which partition keys there are is not known, so nothing is said of them.</param>
    private static ObjectNaming? Names(
        DeliveryDefinition definition, DeliveryDocument document, ProcessingPlan processing, IObjectFormat? format, bool isProcessingWrong)
    {
        var names = ObjectNaming.Create(
            new NamingSettings(definition.Stream, definition.Version.ToString(CultureInfo.InvariantCulture))
            {
                Prefix = document.Text("Prefix") ?? "",
                ErrorOutputPrefix = document.Text("ErrorOutputPrefix"),
                Extension = document.Text("FileExtension") is { Length: > 0 } extension ? extension : format?.Extension ?? "",
                CustomTimeZone = document.Text("CustomTimeZone"),
                HasDynamicPartitioning = document.Object("DynamicPartitioningConfiguration")?.Flag("Enabled") ?? false,
                QueryKeys = processing.QueryKeys,
                HasTransform = processing.HasTransform,
            },
            out var problems);
        foreach (var problem in problems.Where(p => !isProcessingWrong || p.Member != "Prefix" || p.Position is not null))
            document.Report(problem.Member, problem.Position is { } at ? $"character {at}: {problem.Message}" : problem.Message);
        return names;
    }

    private static PlainFormat? Plain(DeliveryDocument document, ReadOnlyMemory<byte> delimiter)
    {
        var name = document.Text("CompressionFormat") ?? "UNCOMPRESSED";
        if (CompressionFormats.TryParse(name, out var compression)) return new PlainFormat(compression) { Delimiter = delimiter };
        document.Report("CompressionFormat", $"'{name}' is none of {CompressionFormats.Allowed}.");
        return null;
    }

    private IObjectStore? Store(DeliveryDocument document)
    {
        var arn = document.Text("BucketARN") ?? "";
        var name = arn[(arn.IndexOf(BucketArnPrefix, StringComparison.Ordinal) is var at && at >= 0 ? at + BucketArnPrefix.Length : 0)..];
        if (name is "." or "..")
        {
            document.Report("BucketARN", $"'{name}' is no name of a bucket.");
            return null;
        }
        if (options.Bucket(name) is not { } bucket)
        {
            document.Report("BucketARN", $"the bucket '{name}' stands for nothing here; map it by the setting ActorStreams:Firehose:Buckets:{name}.");
            return null;
        }
        if (bucket.Folder is { } folder)
        {
            var isOwn = options.Buckets.ContainsKey(name);
            return new FolderStore(new FolderStoreOptions(isOwn ? folder : Path.Combine(folder, name))
            {
                Within = isOwn ? null : folder,
                CreateRoot = bucket.CreateRoot,
                RequiredFile = bucket.RequiredFile,
            });
        }
        return new S3Store(bucket.Tuned(new S3StoreOptions(bucket.Name ?? name)
        {
            Endpoint = bucket.Endpoint?.ToString(),
            Region = bucket.Region,
            PathStyle = bucket.PathStyle,
            Credentials = bucket is { AccessKeyId: { } id, SecretAccessKey: { } secret } ? new S3Credentials(id, secret) : null,
            Encryption = document.Object("EncryptionConfiguration")?.Object("KMSEncryptionConfig") is null ? S3Encryption.None : S3Encryption.Kms,
            KmsKeyId = document.Object("EncryptionConfiguration")?.Object("KMSEncryptionConfig")?.Text("AWSKMSKeyARN"),
        }));
    }
}
