using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Pipelines;

/// <summary>What pipelines of this process count, by application. One for each process or test.</summary>
public sealed class PipelineMetrics : IDisposable
{
    public const string MeterName = "ActorStreams.Pipelines";

    private readonly Meter _meter = new(MeterName);
    private readonly ConcurrentDictionary<(string Application, ShardKey Shard), (long NotDoneMs, long NotReadMs)> _lag = new();
    private readonly Counter<long> _records;
    private readonly Counter<long> _alerts;
    private readonly Counter<long> _deadLetters;
    private readonly Counter<long> _gaps;
    private readonly Counter<long> _userRecords;
    private readonly Counter<long> _leftOut;
    private readonly Counter<long> _checkpoints;
    private readonly Counter<long> _snapshots;
    private readonly Counter<long> _restarts;
    private readonly Counter<long> _silences;
    private readonly Counter<long> _moves;
    private readonly Counter<long> _fenced;

    public PipelineMetrics()
    {
        _records = _meter.CreateCounter<long>("actorstreams.pipeline.records", "{record}", "Source records processed.");
        _alerts = _meter.CreateCounter<long>("actorstreams.pipeline.alerts", "{alert}", "Alerts that the output confirmed.");
        _deadLetters = _meter.CreateCounter<long>("actorstreams.pipeline.dead_letters", "{record}", "Records that could not be processed.");
        _gaps = _meter.CreateCounter<long>("actorstreams.pipeline.gaps", "{gap}", "Times that records had been trimmed before they were read.");
        _userRecords = _meter.CreateCounter<long>("actorstreams.pipeline.user_records", "{record}", "User records of aggregated records.");
        _leftOut = _meter.CreateCounter<long>(
            "actorstreams.pipeline.user_records.left_out", "{record}", "User records left out with an aggregated record that went to another shard than theirs.");
        _checkpoints = _meter.CreateCounter<long>("actorstreams.pipeline.checkpoints", "{checkpoint}", "Checkpoints written.");
        _snapshots = _meter.CreateCounter<long>("actorstreams.pipeline.snapshots", "{snapshot}", "Detector states kept.");
        _restarts = _meter.CreateCounter<long>("actorstreams.pipeline.restarts", "{restart}", "Graphs that failed and were started again.");
        _silences = _meter.CreateCounter<long>("actorstreams.pipeline.silences", "{silence}", "Consumers that took no step and were started again.");
        _moves = _meter.CreateCounter<long>("actorstreams.pipeline.moves", "{move}", "Leases given to another node because their consumer gave no sign of life.");
        _fenced = _meter.CreateCounter<long>("actorstreams.pipeline.fenced", "{consumer}", "Consumers that another incarnation shut out.");
        _meter.CreateObservableGauge(
            "actorstreams.pipeline.lag", ObserveLag, "ms", "Age of the oldest record not processed, of deliveries not delivered, for each consumer here.");
        _meter.CreateObservableGauge(
            "actorstreams.consumer.lag", ObserveLongestLag, "s", "IteratorAgeMilliseconds in seconds: how far an application's consumers here are behind with reading, the longest.");
        Deliveries = new Firehose.DeliveryMetrics(_meter);
    }

    /// <summary>Of deliveries besides.</summary>
    public Firehose.DeliveryMetrics Deliveries { get; }

    public void Processed(string application, Consumers.ConsumerCounts counts)
    {
        Add(_records, counts.Records, application);
        Add(_alerts, counts.Alerts, application);
        Add(_deadLetters, counts.DeadLetters, application);
        Add(_gaps, counts.Gaps, application);
    }

    public void TakenApart(string application, Consumers.AggregationCounts counts)
    {
        Add(_userRecords, counts.UserRecords, application);
        Add(_leftOut, counts.LeftOut, application);
    }

    public void Checkpointed(string application) => Add(_checkpoints, 1, application);

    public void Kept(string application) => Add(_snapshots, 1, application);

    public void Restarted(string application) => Add(_restarts, 1, application);

    public void Silent(string application) => Add(_silences, 1, application);

    public void Moved(string application) => Add(_moves, 1, application);

    public void Fenced(string application) => Add(_fenced, 1, application);

    /// <param name="notDoneMs">Age of the oldest record that is not done.</param>
    /// <param name="notReadMs">
    /// How far the reading is behind. Of deliveries it is another: they hold records back until a batch is full or a destination is there, and more
    /// nodes make neither quicker.
    /// </param>
    public void Lag(string application, ShardKey shard, long notDoneMs, long notReadMs) => _lag[(application, shard)] = (notDoneMs, notReadMs);

    /// <summary>The consumer does not run here any more.</summary>
    public void Left(string application, ShardKey shard) => _lag.TryRemove((application, shard), out _);

    public void Dispose() => _meter.Dispose();

    private static void Add(Counter<long> counter, long value, string application)
    {
        if (value > 0) counter.Add(value, new KeyValuePair<string, object?>("application", application));
    }

    /// <summary>One number for each application, for who decides by it how many nodes there should be.</summary>
    private IEnumerable<Measurement<double>> ObserveLongestLag() => _lag.Where(lag => lag.Value.NotReadMs >= 0).GroupBy(lag => lag.Key.Application)
        .Select(of => new Measurement<double>(of.Max(lag => lag.Value.NotReadMs) / 1000.0, new KeyValuePair<string, object?>("application", of.Key)));

    private IEnumerable<Measurement<long>> ObserveLag() => _lag.Select(lag => new Measurement<long>(
        lag.Value.NotDoneMs,
        new KeyValuePair<string, object?>("application", lag.Key.Application),
        new KeyValuePair<string, object?>("shard", lag.Key.Shard.ToString())));
}
