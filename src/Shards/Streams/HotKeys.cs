using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.Metrics;

namespace ActorStreams.Shards.Streams;

/// <summary>
/// Keys that are hot alone, of the on-demand streams whose actors live on this node, as the gauge <c>actorstreams.shards.hot_key.share</c>: a person sees
/// in the metrics which key no split can divide.
/// </summary>
public sealed class HotKeys
{
    private readonly ConcurrentDictionary<StreamKey, ImmutableArray<HotKey>> _keys = new();

    public HotKeys(Meter meter) => meter.CreateObservableGauge(
        "actorstreams.shards.hot_key.share", Observe, description: "Share of its shard's load that one partition key makes, of on-demand streams");

    public void Set(StreamKey stream, ImmutableArray<HotKey> keys)
    {
        if (keys.IsEmpty) _keys.TryRemove(stream, out _);
        else _keys[stream] = keys;
    }

    private IEnumerable<Measurement<double>> Observe() => _keys.SelectMany(s => s.Value.Select(k => new Measurement<double>(
        k.Share, new("stream", s.Key.ToString()), new("shard", ShardIds.Format(k.Shard)), new("partition_key", k.PartitionKey))));
}
