using System.Text;
using ActorStreams.Pipelines.Anomaly;
using ActorStreams.Pipelines.Checkpointing;
using ActorStreams.Pipelines.Decoding;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Pipelines.Sinks;
using ActorStreams.Shards.Aggregation;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using Akka.Streams;
using Akka.Streams.Dsl;

namespace ActorStreams.Pipelines.Consumers;

/// <summary>Where a graph begins.</summary>
/// <param name="From">Position that <paramref name="Operator"/> belongs to.</param>
/// <param name="Checkpoint">At or above it: what lies between is replayed for the detector's sake, without effects.</param>
public sealed record GraphStart(
    PipelineDefinition Definition, ShardKey Shard, long Epoch, ShardPosition From, ShardPosition Checkpoint, OperatorState Operator)
{
    /// <summary>The hash keys of the shard; user records with others are not its own.</summary>
    public HashKeyRange Range { get; init; } = HashKeyRange.Whole;

    /// <summary>How often the positions were reset.</summary>
    public int Life { get; init; }
}

/// <summary>The last step's report of one slice.</summary>
/// <param name="Position">Where the source goes on after it; <paramref name="Kept"/> belongs there.</param>
/// <param name="Checkpoint">Everything below is confirmed: the position, or while a replay is still below it, what was confirmed before.</param>
/// <param name="Counts">Of this slice, above the checkpoint it began with.</param>
public sealed record SliceDone(
    ShardPosition Position, ShardPosition Checkpoint, bool IsEnd, ConsumerCounts Counts, long BehindMs, long? BehindRecords, TrimGap? Skipped, OperatorState? Kept,
    AggregationCounts Aggregation = default, int Generation = 0);

/// <summary>
/// One running graph: <c>ShardSource → decode → detect → append → webhook → dead letters → done</c>. Slices stay in order from end to
/// end; each sink has one at a time, and they work side by side.
/// </summary>
/// <remarks>
/// A webhook's failures join the undecodable records in order of position before dead letters are written, for a position written
/// later than a higher one would be taken for a repeat.
/// </remarks>
public sealed class ConsumerGraph : IConsumerGraph
{
    private readonly CancellationTokenSource _stopReading = new();
    private readonly CancellationTokenSource _stopWaiting = new();
    private readonly GraphStart _start;
    private readonly TimeProvider _time;
    private readonly SampleDecoder _decoder;
    private readonly Deaggregator? _deaggregator;
    private readonly IDetector _detector;
    private readonly StreamSink _alerts;
    private readonly StreamSink _deadLetters;
    private readonly WebhookSink? _webhook;
    private readonly GraphPulse _pulse;
    private readonly WaitNote _sourceWaiting;
    private readonly WaitNote _alertsWaiting;
    private readonly WaitNote _deadLettersWaiting;
    private readonly WaitNote _webhookRetrying;
    private readonly HotKeySample _hotKey = new();
    private long _keptAt;
    private ShardPosition _keptTo;

    private ConsumerGraph(GraphStart start, ConsumerOptions options, IStreams streams, HttpClient http, TimeProvider time)
    {
        _start = start;
        _time = time;
        var definition = start.Definition;
        _pulse = new GraphPulse(time);
        _sourceWaiting = new WaitNote(time, () => _pulse.Beat(GraphStage.Read));
        _alertsWaiting = new WaitNote(time, () => _pulse.Beat(GraphStage.Append));
        _deadLettersWaiting = new WaitNote(time, () => _pulse.Beat(GraphStage.Bury));
        _webhookRetrying = new WaitNote(time, () => _pulse.Beat(GraphStage.Post));
        _decoder = new SampleDecoder(definition);
        if (definition.Deaggregate) _deaggregator = new Deaggregator(start.Range);
        _detector = new EwmaDetector(definition.Detector);
        _detector.Restore(start.Operator);
        var producer = $"{definition.Name}/{start.Shard.PersistenceId}";
        _alerts = new StreamSink(
            streams, definition.Output, producer + "/alerts", start.Epoch, options.Sink, time, _alertsWaiting.Tell);
        _deadLetters = new StreamSink(
            streams, definition.DeadLetters, producer + "/dead-letters", start.Epoch, options.Sink, time, _deadLettersWaiting.Tell);
        if (definition.Webhook is { } url) _webhook = new WebhookSink(http, url, definition.Name, options.Webhook, time, _webhookRetrying.Tell);
        _keptAt = time.GetTimestamp();
        _keptTo = start.From;
    }

    public Task Completion { get; private set; } = Task.CompletedTask;

    public WaitNote.Noted? SourceWaiting => _sourceWaiting.Now;

    public WaitNote.Noted? SinkWaiting => _alertsWaiting.Now ?? _deadLettersWaiting.Now;

    /// <summary>What is being sent to the webhook again, or null.</summary>
    public WaitNote.Noted? Retrying => _webhookRetrying.Now;

    public WaitNote.Noted? Transforming => null;

    public Backlog? Backlog => null;

    public GraphPulse Pulse => _pulse;

    public (string Key, double Share) HotKey => _hotKey.Now;

    /// <param name="done">The last step, called slice after slice.</param>
    public static ConsumerGraph Run(
        GraphStart start, ConsumerOptions options, IStreams streams, HttpClient http, TimeProvider time, IMaterializer materializer,
        Action<SliceDone> done)
    {
        var graph = new ConsumerGraph(start, options, streams, http, time);
        graph.Completion = ShardSource
            .From(streams, start.Shard, start.From, options, time, start.Checkpoint, graph._sourceWaiting.Tell, graph._pulse, graph._stopReading.Token)
            .Buffer(1, OverflowStrategy.Backpressure)
            .Select(graph.Decode)
            .Select(graph.Detect)
            .SelectAsync(1, graph.AppendAsync)
            .SelectAsync(1, graph.PostAsync)
            .SelectAsync(1, graph.BuryAsync)
            .RunForeach(slice => done(graph.Done(slice)), materializer);
        return graph;
    }

    public void Drain()
    {
        _stopReading.Cancel();
        _stopWaiting.Cancel();
    }

    public OperatorState? CaptureDrained() => Completion.IsCompletedSuccessfully
        ? _detector.Capture()
        : throw new InvalidOperationException("The memory belongs to no confirmed position while slices are on their way.");

    public void Dispose()
    {
        Drain();
        _stopReading.Dispose();
        _stopWaiting.Dispose();
    }

    private Envelope<DecodedSlice> Decode(Envelope<SourceSlice> envelope)
    {
        var since = _time.GetTimestamp();
        var decoded = new Decoded([], []);
        var (records, userRecords, leftOut) = (0, 0L, 0L);
        foreach (var slice in envelope.Value.Slices)
        {
            var end = slice.FromIndex + slice.Count;
            var record = slice.Batch.RecordsFrom(slice.FromIndex);
            while (record.MoveNext() && record.Index < end)
            {
                var number = new SequenceNumber(
                    _start.Shard.Incarnation, envelope.Value.Generation, _start.Shard.Shard, slice.Batch.Row, record.Index);
                var isNew = IsNew(number);
                if (isNew) records++;
                var data = record.Current.Data;
                if ((_deaggregator?.Read(data) ?? AggregationKind.None) == AggregationKind.None)
                {
                    Decode(record.Current, number, record.ArrivalMs, null, decoded);
                    continue;
                }
                for (var i = 0; i < _deaggregator!.Count; i++)
                    Decode(_deaggregator.UserRecord(data, i), number, record.ArrivalMs, i, decoded);
                if (!isNew) continue;
                userRecords += _deaggregator.Count;
                leftOut += _deaggregator.LeftOut;
            }
        }
        _hotKey.Take(decoded.Samples, envelope.Value.BehindMs);
        _pulse.Spent(GraphStage.Work, since);
        return envelope.With(new DecodedSlice(envelope.Value, decoded.Samples, decoded.Undecodable, records, new AggregationCounts(userRecords, leftOut)));
    }

    private readonly record struct Decoded(List<Sample> Samples, List<UndecodableRecord> Undecodable);

    private void Decode(RecordView record, SequenceNumber number, long arrivalMs, int? subSequenceNumber, Decoded decoded)
    {
        if (_decoder.TryDecode(record, number, arrivalMs, out var sample, subSequenceNumber) is not { } error)
            decoded.Samples.Add(sample);
        else if (IsNew(number))
            decoded.Undecodable.Add(Undecodable(record, number, arrivalMs, error) with { SubSequenceNumber = subSequenceNumber });
    }

    private Envelope<DetectedSlice> Detect(Envelope<DecodedSlice> envelope)
    {
        var since = _time.GetTimestamp();
        var alerts = new List<DetectedAlert>();
        foreach (var sample in envelope.Value.Samples)
        {
            if (_detector.Observe(sample) is { } alert && IsNew(sample.SequenceNumber))
                alerts.Add(new DetectedAlert(alert, sample.SubSequenceNumber ?? 0, sample.ArrivedAt, alert.ToJson()));
        }
        var deadLetters = envelope.Value.Undecodable
            .Select(r => new DeadLetter(
                r.SequenceNumber, r.SubSequenceNumber ?? 0, r.PartitionKey, r.ArrivedAt, r.Data, r.Error, 1, r.SubSequenceNumber))
            .ToList();
        var kept = KeepIfDue(envelope);
        _pulse.Spent(GraphStage.Work, since);
        return envelope.With(new DetectedSlice(
            envelope.Value.Source, envelope.Value.Records, envelope.Value.Aggregation, alerts, deadLetters, kept));
    }

    private async Task<Envelope<DetectedSlice>> AppendAsync(Envelope<DetectedSlice> envelope)
    {
        var since = _time.GetTimestamp();
        // Attached from the first slice on, even an empty one, so that a former incarnation is shut out before there is an alert.
        await _alerts.AttachAsync(_stopWaiting.Token);
        await _alerts.DeliverAsync(
            [.. envelope.Value.Alerts.Select(a => new OutputRecord(a.Alert.SequenceNumber, a.Ordinal, a.Alert.Key, a.Json, _start.Life))], _stopWaiting.Token);
        _pulse.Spent(GraphStage.Append, since);
        return envelope;
    }

    private async Task<Envelope<DetectedSlice>> PostAsync(Envelope<DetectedSlice> envelope)
    {
        if (_webhook is null) return envelope;
        var since = _time.GetTimestamp();
        var givenUp = await _webhook.DeliverAsync(envelope.Value.Alerts, _stopWaiting.Token);
        _pulse.Spent(GraphStage.Post, since);
        if (givenUp.Count == 0) return envelope;
        var all = envelope.Value.DeadLetters.Concat(givenUp).OrderBy(d => d.SequenceNumber).ThenBy(d => d.Ordinal).ToList();
        return envelope.With(envelope.Value with { DeadLetters = all });
    }

    private async Task<Envelope<DetectedSlice>> BuryAsync(Envelope<DetectedSlice> envelope)
    {
        var since = _time.GetTimestamp();
        await _deadLetters.AttachAsync(_stopWaiting.Token);
        await _deadLetters.DeliverAsync(
            [.. envelope.Value.DeadLetters.Select(d => new OutputRecord(
                d.SequenceNumber, d.Ordinal, d.PartitionKey, d.ToJson(_start.Definition.Name, _start.Definition.Source.Name), _start.Life))],
            _stopWaiting.Token);
        _pulse.Spent(GraphStage.Bury, since);
        return envelope;
    }

    private SliceDone Done(Envelope<DetectedSlice> envelope)
    {
        var slice = envelope.Value;
        var counts = new ConsumerCounts(slice.Records, slice.Alerts.Count, slice.DeadLetters.Count, slice.Source.Skipped is null ? 0 : 1);
        var checkpoint = envelope.Position.CompareTo(_start.Checkpoint) > 0 ? envelope.Position : _start.Checkpoint;
        return new SliceDone(
            envelope.Position, checkpoint, envelope.IsEnd, counts, slice.Source.BehindMs, slice.Source.BehindRecords, slice.Source.Skipped, slice.Kept,
            slice.Aggregation, slice.Source.Generation);
    }

    /// <summary>Not confirmed before this graph began.</summary>
    private bool IsNew(SequenceNumber number) => ShardPosition.At(number).CompareTo(_start.Checkpoint) >= 0;

    private static UndecodableRecord Undecodable(RecordView record, SequenceNumber number, long arrivalMs, string error) => new(
        number, Encoding.UTF8.GetString(record.PartitionKey), DateTimeOffset.FromUnixTimeMilliseconds(arrivalMs), record.Data.ToArray(), error);

    private OperatorState? KeepIfDue(Envelope<DecodedSlice> envelope)
    {
        // Where nothing came since, what is kept already is what there is: a shard without records costs no writes.
        if (!envelope.IsEnd && (envelope.Position == _keptTo || _time.GetElapsedTime(_keptAt) < _start.Definition.SnapshotInterval)) return null;
        (_keptAt, _keptTo) = (_time.GetTimestamp(), envelope.Position);
        return _detector.Capture();
    }
}
