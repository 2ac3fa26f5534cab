using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Pipelines.Firehose;

/// <summary>What deliveries of this process measure, by delivery stream.</summary>
public sealed class DeliveryMetrics
{
    private readonly ConcurrentDictionary<(string Stream, ShardKey Shard), RetentionLeft> _retention = new();

    /// <param name="meter">Of the pipelines.</param>
    internal DeliveryMetrics(Meter meter)
    {
        meter.CreateObservableGauge(
            "actorstreams.delivery.retention_left", () => Observe(left => left.LeftMs / 1000.0), "s",
            "How long the source still keeps the oldest record that is not delivered, the least of a delivery stream's shards here.");
        meter.CreateObservableGauge(
            "actorstreams.delivery.retention_left_share", () => Observe(left => left.LeftMs / (double)left.RetentionMs), null,
            "The same as a share of the source's retention: 1 where all is delivered, 0 where records are given up.");
    }

    /// <param name="left">Null where it is not looked at here any more.</param>
    internal void RetentionLeft(string stream, ShardKey shard, RetentionLeft? left)
    {
        if (left is null) _retention.TryRemove((stream, shard), out _);
        else _retention[(stream, shard)] = left;
    }

    private IEnumerable<Measurement<double>> Observe(Func<RetentionLeft, double> of) => _retention.GroupBy(left => left.Key.Stream)
        .Select(group => new Measurement<double>(group.Min(left => of(left.Value)), new KeyValuePair<string, object?>("delivery_stream", group.Key)));
}
