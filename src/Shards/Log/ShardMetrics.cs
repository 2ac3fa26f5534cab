using System.Diagnostics.Metrics;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Shards.Log;

/// <summary>Counters of a node's shards, meter <c>ActorStreams.Shards</c>; counted per batch.</summary>
public sealed class ShardMetrics : IDisposable
{
    public const string MeterName = "ActorStreams.Shards";
    public const string FencedWrites = "actorstreams.store.writes.fenced";
    public const string FailedWrites = "actorstreams.store.writes.failed";

    private readonly Meter _meter = new(MeterName);

    internal Meter Meter => _meter;

    private readonly Counter<long> _batches;
    private readonly Counter<long> _records;
    private readonly Counter<long> _bytes;
    private readonly Counter<long> _lostWrites;
    private readonly Counter<long> _failedWrites;
    private readonly Counter<long> _tailReads;
    private readonly Counter<long> _storeReads;
    private readonly Counter<long> _damaged;
    private readonly Counter<long> _trimmedRows;
    private readonly Histogram<double> _persistMs;
    private readonly UpDownCounter<long> _owned;
    private readonly Counter<long> _ownerChanges;
    private readonly Counter<long>? _shardRecords;
    private readonly Counter<long>? _shardBytes;

    /// <param name="perShard">Counts what comes in by shard as well, which costs a series for each shard of the node.</param>
    public ShardMetrics(TailBudget tails, bool perShard = false)
    {
        if (perShard)
        {
            _shardRecords = _meter.CreateCounter<long>("actorstreams.shard.incoming.records", "{record}", "IncomingRecords of one shard");
            _shardBytes = _meter.CreateCounter<long>("actorstreams.shard.incoming.bytes", "By", "IncomingBytes of one shard, as they stand in the store");
        }
        _owned = _meter.CreateUpDownCounter<long>("actorstreams.shards.owned", "{shard}", "Shards that this node owns");
        _ownerChanges = _meter.CreateCounter<long>("actorstreams.shards.owner_changes", "{change}", "Shards that this process took over from another one or a former life");
        _batches = _meter.CreateCounter<long>("actorstreams.shards.batches", description: "Batches made durable");
        _records = _meter.CreateCounter<long>("actorstreams.shards.records", description: "Records made durable");
        _bytes = _meter.CreateCounter<long>("actorstreams.shards.bytes", "By", "Bytes of batches made durable");
        _lostWrites = _meter.CreateCounter<long>(FencedWrites, description: "Writes of a row that another owner had written, or that shared a transaction with one");
        _failedWrites = _meter.CreateCounter<long>(FailedWrites, description: "Writes that the store did not confirm");
        _tailReads = _meter.CreateCounter<long>("actorstreams.shards.reads.tail", description: "Reads answered from memory");
        _storeReads = _meter.CreateCounter<long>("actorstreams.shards.reads.store", description: "Reads sent to the store's rows");
        _damaged = _meter.CreateCounter<long>("actorstreams.shards.batches.damaged", description: "Stored batches that are not what was written");
        _trimmedRows = _meter.CreateCounter<long>("actorstreams.shards.rows.trimmed", description: "Rows given up by retention");
        _persistMs = _meter.CreateHistogram<double>("actorstreams.store.write.duration", "ms", "From hand-over to the journal until confirmed");
        _meter.CreateObservableGauge("actorstreams.shards.tail.size", () => tails.Bytes, "By", "Recent batches in memory");
    }

    public void Persisted(ShardKey shard, RecordBatch batch, TimeSpan took)
    {
        if (_shardRecords is not null)
        {
            var tag = new KeyValuePair<string, object?>("shard", shard.ToString());
            _shardRecords.Add(batch.Count, tag);
            _shardBytes!.Add(batch.StoredBytes, tag);
        }
        _batches.Add(1);
        _records.Add(batch.Count);
        _bytes.Add(batch.StoredBytes);
        _persistMs.Record(took.TotalMilliseconds);
    }

    /// <param name="isChange">Another process owned it before.</param>
    public void Owned(bool isChange)
    {
        _owned.Add(1);
        if (isChange) _ownerChanges.Add(1);
    }

    public void Disowned() => _owned.Add(-1);

    public void WriteFailed(bool lost) => (lost ? _lostWrites : _failedWrites).Add(1);

    public void Read(bool fromTail) => (fromTail ? _tailReads : _storeReads).Add(1);

    public void Damaged() => _damaged.Add(1);

    public void Trimmed(long rows) => _trimmedRows.Add(rows);

    public void Dispose() => _meter.Dispose();
}
