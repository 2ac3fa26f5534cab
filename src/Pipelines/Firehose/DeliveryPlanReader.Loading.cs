using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ActorStreams.Pipelines.Firehose.Destinations.Http;
using ActorStreams.Pipelines.Firehose.Destinations.Postgres;
using ActorStreams.Pipelines.Firehose.Destinations.Search;
using ActorStreams.Pipelines.Firehose.Loading;
using ActorStreams.Pipelines.Formats;
using ActorStreams.Pipelines.Sinks;
using ActorStreams.Shards.Streams;
using Npgsql;

namespace ActorStreams.Pipelines.Firehose;

/// <content>Destinations that records are loaded into: a warehouse, a search index, an endpoint.</content>
public sealed partial class DeliveryPlanReader
{
    private const int HttpRetryDefault = 300;
    private const int WarehouseRetryDefault = 3_600;

    private DeliveryPlan? Warehouse(DeliveryDefinition definition, DeliveryDocument document)
    {
        if (document.Object("S3Configuration") is not { } bucket) return Missing(document, "S3Configuration");
        // Both are read, so that what is wrong with either is named.
        var (copy, plan) = (CopyOptionsOf(document), Objects(definition, bucket, document));
        if (copy is null || plan is null) return Unused(plan);
        var loader = new TableLoader(copy, definition.Name, ((PlainFormat)plan.Format).Compression, time);
        return plan with { Load = new LoadPlan(loader, RetryOf(document, WarehouseRetryDefault), KeepsObjects: true) };
    }

    private CopyOptions? CopyOptionsOf(DeliveryDocument document)
    {
        var url = document.Text("ClusterJDBCURL") ?? "";
        var match = JdbcUrl().Match(url);
        var host = match.Groups[1].Value;
        if (!match.Success || !options.Warehouses.TryGetValue(host, out var connection))
        {
            document.Report("ClusterJDBCURL", $"the cluster '{host}' stands for nothing here; give its PostgreSQL connection string in the setting ActorStreams:Firehose:Warehouses:{host}.");
            return null;
        }
        var command = document.Object("CopyCommand");
        var table = (command?.Text("DataTableName") ?? "").Split('.', 2);
        var said = command?.Text("CopyOptions") ?? "";
        var isJson = said.Contains("json", StringComparison.OrdinalIgnoreCase);
        var delimiter = DelimiterOption().Match(said);
        return new CopyOptions(ConnectionOf(connection, match.Groups[2].Value, document), table[^1], isJson ? CopyFormat.Json : CopyFormat.Csv)
        {
            Schema = table.Length == 2 ? table[0] : "public",
            Columns = [.. (command?.Text("DataTableColumns") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)],
            // COPY's own: a bar, or with CSV a comma.
            CsvDelimiter = delimiter.Success ? delimiter.Groups[1].Value is @"\t" ? '\t' : delimiter.Groups[1].Value[0]
                : said.Contains("csv", StringComparison.OrdinalIgnoreCase) ? ',' : '|',
            Epoch = said.Contains("epochmillisecs", StringComparison.OrdinalIgnoreCase) ? CopyEpoch.Milliseconds
                : said.Contains("epochsecs", StringComparison.OrdinalIgnoreCase) ? CopyEpoch.Seconds : CopyEpoch.None,
        };
    }

    private static string ConnectionOf(string connection, string database, DeliveryDocument document)
    {
        var builder = new NpgsqlConnectionStringBuilder(connection);
        if (string.IsNullOrEmpty(builder.Database)) builder.Database = database;
        if (string.IsNullOrEmpty(builder.Username)) builder.Username = document.Text("Username");
        if (string.IsNullOrEmpty(builder.Password)) builder.Password = document.Text("Password");
        return builder.ConnectionString;
    }

    private DeliveryPlan? HttpEndpoint(DeliveryDefinition definition, DeliveryDocument document)
    {
        var endpoint = document.Object("EndpointConfiguration");
        var request = document.Object("RequestConfiguration");
        if (StreamArn().Match(endpoint?.Text("Url") ?? "") is { Success: true } arn)
            return Stream(definition, document, new StreamId(arn.Groups[1].Value, arn.Groups[2].Value));
        var plan = LoadedObjects(definition, document, "AllData");
        if (!Uri.TryCreate(endpoint?.Text("Url"), UriKind.Absolute, out var url)) return Missing(document, "EndpointConfiguration.Url", plan);
        if (plan is null) return null;
        var http = HttpEndpointClient.CreateHttp();
        var client = new HttpEndpointClient(http, new HttpEndpointOptions(url, definition.Arn)
        {
            AccessKey = endpoint!.Text("AccessKey"),
            Gzip = request?.Text("ContentEncoding") == "GZIP",
            CommonAttributes = (request?.Items("CommonAttributes") ?? [])
                .ToImmutableSortedDictionary(a => a.Text("AttributeName") ?? "", a => a.Text("AttributeValue") ?? "", StringComparer.Ordinal),
        }, time);
        var loader = new HttpLoader($"endpoint {url}", DeliveryTargets.HttpEndpoint, "http-endpoint-failed", "HttpEndpoint.Rejected", client.SendAsync, http);
        return plan with { Load = new LoadPlan(loader, RetryOf(document, HttpRetryDefault), KeepsObjects: false) };
    }

    private DeliveryPlan? Stream(DeliveryDefinition definition, DeliveryDocument document, StreamId target)
    {
        if (streams?.Invoke() is not { } reached)
        {
            document.Report("EndpointConfiguration.Url", "streams cannot be reached yet.");
            return null;
        }
        if (target == definition.Source) document.Report("EndpointConfiguration.Url", $"the stream {target} is the source: what is delivered would be read again without end.");
        if (LoadedObjects(definition, document, "AllData") is not { } plan) return null;
        var bucket = SHA256.HashData(Encoding.UTF8.GetBytes(document.Object("S3Configuration")?.Text("BucketARN") ?? ""));
        var loader = new StreamLoader(reached, target, $"{definition.Name}/redrive/{Convert.ToHexStringLower(bucket.AsSpan(0, 8))}", new StreamSinkOptions(), time);
        return plan with { KeepsKeys = true, Load = new LoadPlan(loader, RetryOf(document, HttpRetryDefault), KeepsObjects: false) };
    }

    private DeliveryPlan? Splunk(DeliveryDefinition definition, DeliveryDocument document)
    {
        var plan = LoadedObjects(definition, document, "AllEvents");
        if (!Uri.TryCreate(document.Text("HECEndpoint"), UriKind.Absolute, out var url)) return Missing(document, "HECEndpoint", plan);
        if (plan is null) return null;
        var http = HttpEndpointClient.CreateHttp();
        var isEvent = document.Text("HECEndpointType") == "Event";
        var splunk = new SplunkOptions(url, document.Text("HECToken") ?? "", isEvent ? SplunkEndpointType.Event : SplunkEndpointType.Raw, Guid.NewGuid());
        if (document.Number("HECAcknowledgmentTimeoutInSeconds") is { } seconds) splunk = splunk with { AcknowledgementTimeout = TimeSpan.FromSeconds(seconds) };
        var client = new SplunkClient(http, splunk, time);
        var loader = new HttpLoader(
            $"Splunk at {url}", DeliveryTargets.Splunk, "splunk-failed", "Splunk.Rejected", client.SendAsync, http, isEvent ? r => SplunkClient.EventFault(r.Span) : null);
        return plan with { Load = new LoadPlan(loader, RetryOf(document, HttpRetryDefault), KeepsObjects: false) };
    }

    private DeliveryPlan? Search(DeliveryDefinition definition, DeliveryDocument document)
    {
        var (address, plan) = (SearchAddress(document), LoadedObjects(definition, document, "AllDocuments"));
        if (address is null || plan is null) return Unused(plan);
        var http = HttpEndpointClient.CreateHttp();
        var rotation = document.Text("IndexRotationPeriod") switch
        {
            "OneHour" => IndexRotation.Hour,
            "OneWeek" => IndexRotation.Week,
            "OneMonth" => IndexRotation.Month,
            "NoRotation" => IndexRotation.None,
            _ => IndexRotation.Day,
        };
        var loader = new SearchLoader(
            new SearchClient(http, new SearchOptions(address), time), http, address.ToString(), document.Text("IndexName") ?? "", rotation,
            document.Object("DocumentIdOptions")?.Text("DefaultDocumentIdFormat") != "NO_DOCUMENT_ID", definition.Name);
        return plan with { KeepsKeys = true, Load = new LoadPlan(loader, RetryOf(document, HttpRetryDefault), KeepsObjects: false) };
    }

    private Uri? SearchAddress(DeliveryDocument document)
    {
        if (Uri.TryCreate(document.Text("ClusterEndpoint"), UriKind.Absolute, out var endpoint)) return endpoint;
        var arn = document.Text("DomainARN") ?? "";
        var name = arn[(arn.LastIndexOf('/') + 1)..];
        if (options.Domains.TryGetValue(name, out var address)) return address;
        document.Report("DomainARN", $"the domain '{name}' stands for nothing here; give its address in the setting ActorStreams:Firehose:Domains:{name}, or name a ClusterEndpoint.");
        return null;
    }

    /// <summary>The plan of records that are loaded and not kept, with the bucket of their error output.</summary>
    /// <param name="allMode">Of S3BackupMode, with which everything is kept as well.</param>
    private DeliveryPlan? LoadedObjects(DeliveryDefinition definition, DeliveryDocument document, string allMode)
    {
        if (document.Object("S3Configuration") is not { } bucket) return Missing(document, "S3Configuration");
        if (Objects(definition, bucket, document) is not { } plan) return null;
        return plan with
        {
            Format = new RecordsFormat(),
            StoresObjects = false,
            Backup = document.Text("S3BackupMode") == allMode ? Backup(definition, bucket) : null,
        };
    }

    private static TimeSpan RetryOf(DeliveryDocument document, int seconds) =>
        TimeSpan.FromSeconds(document.Object("RetryOptions")?.Number("DurationInSeconds") ?? document.Number("RetryDurationInSeconds") ?? seconds);

    private static DeliveryPlan? Missing(DeliveryDocument document, string member, DeliveryPlan? unused = null)
    {
        document.Report(member, "is wanted.");
        return Unused(unused);
    }

    /// <summary>What is let go has no connection yet.</summary>
    private static DeliveryPlan? Unused(DeliveryPlan? plan)
    {
        if (plan is not null) _ = plan.DisposeAsync();
        return null;
    }

    [GeneratedRegex(@"^arn:[^:]*:kinesis:([a-zA-Z0-9-]+):[0-9]{12}:stream/([a-zA-Z0-9_.-]+)$")]
    private static partial Regex StreamArn();

    [GeneratedRegex(@"^jdbc:(?:redshift|postgresql)://([^:/]+)(?::\d+)?/([^?;]+)")]
    private static partial Regex JdbcUrl();

    [GeneratedRegex(@"delimiter\s+(?:as\s+)?'(\\t|.)'", RegexOptions.IgnoreCase)]
    private static partial Regex DelimiterOption();
}
