using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Firehose.Processing;

namespace ActorStreams.Pipelines.Firehose;

/// <summary>What deliveries of this process measure, by delivery stream and region, under names that users of Firehose's know. Safe from any thread.</summary>
public sealed class DeliveryMetrics
{
    /// <summary>The error type of records whose object a manifest names.</summary>
    internal const string ManifestType = "manifests";

    private readonly Meter _meter;
    private readonly ConcurrentDictionary<string, Target> _targets = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Watched, RetentionLeft> _retention = new();
    private readonly Counter<long> _calls;
    private readonly Counter<long> _callsDone;
    private readonly Counter<long> _callsFailed;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _failed;

    /// <param name="meter">Of the pipelines.</param>
    internal DeliveryMetrics(Meter meter)
    {
        _meter = meter;
        _calls = meter.CreateCounter<long>("actorstreams.delivery.execute_processing.attempts", "{call}", "Calls of transforms: tries of a function, records of a script.");
        _callsDone = meter.CreateCounter<long>("actorstreams.delivery.execute_processing.success", "{call}", "ExecuteProcessing.Success of Firehose: calls of transforms that were answered.");
        _callsFailed = meter.CreateCounter<long>(
            "actorstreams.delivery.execute_processing.failures", "{call}", "Calls of transforms that were not, by reason: timed_out, throttled, failed.");
        _dropped = meter.CreateCounter<long>("actorstreams.delivery.dropped.records", "{record}", "Records that a transform or another step dropped on purpose.");
        _failed = meter.CreateCounter<long>(
            "actorstreams.delivery.error_output.records", "{record}", "Records written to the error output, and those of objects that a manifest names, by error type.");
        meter.CreateObservableGauge(
            "actorstreams.delivery.retention_left", () => Observe(Enumerable.Min, left => left.LeftMs / 1000.0), "s",
            "How long the source still keeps the oldest record that is not delivered, the least of a delivery stream's shards here.");
        meter.CreateObservableGauge(
            "actorstreams.delivery.retention_left_share", () => Observe(Enumerable.Min, left => left.LeftMs / (double)left.RetentionMs), null,
            "The same as a share of the source's retention: 1 where all is delivered, 0 where records are given up.");
        meter.CreateObservableGauge(
            "actorstreams.delivery.data_freshness", () => Observe(Enumerable.Max, left => (left.RetentionMs - left.LeftMs) / 1000.0), "s",
            "DataFreshness of Firehose: age of the oldest record that is not delivered, the highest of a delivery stream's shards here.");
    }

    /// <param name="watch">Whoever looks at a shard: what another one saw of it is that one's to take away.</param>
    /// <param name="left">Null where it does not look any more.</param>
    internal void RetentionLeft(DeliveryDefinition of, RetentionWatch watch, RetentionLeft? left)
    {
        var watched = new Watched(of.Region, of.Stream, watch);
        if (left is null) _retention.TryRemove(watched, out _);
        else _retention[watched] = left;
    }

    /// <summary>A write of an object, or a load of one.</summary>
    /// <param name="target">A constant of <see cref="DeliveryTargets"/>.</param>
    internal void Tried(DeliveryDefinition of, string target, bool isDone)
    {
        var (counters, tags) = (Of(target), Tags(of.Region, of.Stream));
        counters.Attempts.Add(1, tags);
        if (isDone) counters.Success.Add(1, tags);
    }

    internal void Delivered(DeliveryDefinition of, string target, long records, long bytes)
    {
        var (counters, tags) = (Of(target), Tags(of.Region, of.Stream));
        counters.Records.Add(records, tags);
        counters.Bytes.Add(bytes, tags);
    }

    internal void Dropped(DeliveryDefinition of, long records)
    {
        if (records > 0) _dropped.Add(records, Tags(of.Region, of.Stream));
    }

    /// <param name="type">Of the error output; empty where that is not known.</param>
    internal void Failed(DeliveryDefinition of, string type, long records)
    {
        var tags = Tags(of.Region, of.Stream);
        tags.Add("error_type", type.Length == 0 ? "unknown" : type);
        _failed.Add(records, tags);
    }

    internal void Transformed(DeliveryDefinition of, TransformOutcome outcome, int calls)
    {
        var tags = Tags(of.Region, of.Stream);
        _calls.Add(calls, tags);
        if (outcome == TransformOutcome.Done)
        {
            _callsDone.Add(calls, tags);
            return;
        }
        tags.Add("reason", outcome switch
        {
            TransformOutcome.TimedOut => "timed_out",
            TransformOutcome.Throttled => "throttled",
            _ => "failed",
        });
        _callsFailed.Add(calls, tags);
    }

    private Target Of(string target) => _targets.GetOrAdd(target, name => new Target(_meter, name));

    private IEnumerable<Measurement<double>> Observe(Func<IEnumerable<double>, double> choose, Func<RetentionLeft, double> of) => _retention
        .GroupBy(left => (left.Key.Region, left.Key.Stream), left => of(left.Value))
        .Select(group => new Measurement<double>(choose(group), Tags(group.Key.Region, group.Key.Stream)));

    private static TagList Tags(string region, string stream) => new() { { "delivery_stream", stream }, { "region", region } };

    private readonly record struct Watched(string Region, string Stream, RetentionWatch By);

    private sealed class Target(Meter meter, string name)
    {
        public Counter<long> Records { get; } = meter.CreateCounter<long>($"actorstreams.delivery.{name}.records", "{record}", "Records delivered, by delivery stream.");

        public Counter<long> Bytes { get; } = meter.CreateCounter<long>($"actorstreams.delivery.{name}.bytes", "By", "Bytes of objects delivered, by delivery stream.");

        public Counter<long> Attempts { get; } = meter.CreateCounter<long>($"actorstreams.delivery.{name}.attempts", "{attempt}", "Tries to deliver an object, by delivery stream.");

        public Counter<long> Success { get; } = meter.CreateCounter<long>($"actorstreams.delivery.{name}.success", "{attempt}", "Tries that delivered an object, by delivery stream.");
    }
}

/// <summary>Destinations as metrics name them.</summary>
internal static class DeliveryTargets
{
    public const string S3 = "to_s3";
    public const string Backup = "backup_to_s3";
    public const string Redshift = "to_redshift";
    public const string OpenSearch = "to_amazon_open_search_service";
    public const string HttpEndpoint = "to_http_endpoint";
    public const string Splunk = "to_splunk";
    public const string Stream = "to_kinesis_stream";
}
