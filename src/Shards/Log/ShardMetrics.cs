using System.Diagnostics.Metrics;

namespace ActorStreams.Shards.Log;

/// <summary>Counters of a node's shards, meter <c>ActorStreams.Shards</c>; counted per batch.</summary>
public sealed class ShardMetrics : IDisposable
{
    public const string MeterName = "ActorStreams.Shards";
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

    public ShardMetrics(TailBudget tails)
    {
        _batches = _meter.CreateCounter<long>("shards.batches", description: "Batches made durable");
        _records = _meter.CreateCounter<long>("shards.records", description: "Records made durable");
        _bytes = _meter.CreateCounter<long>("shards.bytes", "By", "Bytes of batches made durable");
        _lostWrites = _meter.CreateCounter<long>("shards.writes.lost", description: "Writes of a row that was there already");
        _failedWrites = _meter.CreateCounter<long>("shards.writes.failed", description: "Writes that the store did not confirm");
        _tailReads = _meter.CreateCounter<long>("shards.reads.tail", description: "Reads answered from memory");
        _storeReads = _meter.CreateCounter<long>("shards.reads.store", description: "Reads sent to the store's rows");
        _damaged = _meter.CreateCounter<long>("shards.batches.damaged", description: "Stored batches that are not what was written");
        _trimmedRows = _meter.CreateCounter<long>("shards.rows.trimmed", description: "Rows given up by retention");
        _persistMs = _meter.CreateHistogram<double>("shards.persist.duration", "ms", "From hand-over to the journal until confirmed");
        _meter.CreateObservableGauge("shards.tail.bytes", () => tails.Bytes, "By", "Recent batches in memory");
    }

    public void Persisted(RecordBatch batch, TimeSpan took)
    {
        _batches.Add(1);
        _records.Add(batch.Count);
        _bytes.Add(batch.StoredBytes);
        _persistMs.Record(took.TotalMilliseconds);
    }

    public void WriteFailed(bool lost) => (lost ? _lostWrites : _failedWrites).Add(1);

    public void Read(bool fromTail) => (fromTail ? _tailReads : _storeReads).Add(1);

    public void Damaged() => _damaged.Add(1);

    public void Trimmed(long rows) => _trimmedRows.Add(rows);

    public void Dispose() => _meter.Dispose();
}
