using System.Collections.Immutable;
using System.Globalization;
using ActorStreams.Pipelines.Checkpointing;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Firehose.Destinations;
using ActorStreams.Pipelines.Firehose.Loading;
using ActorStreams.Pipelines.Firehose.Processing;
using ActorStreams.Shards.Aggregation;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using Akka.Streams;
using Akka.Streams.Dsl;

namespace ActorStreams.Pipelines.Firehose;

/// <summary>Where a delivery begins.</summary>
/// <param name="Checkpoint">Everything below is delivered.</param>
/// <param name="Intent">The batch from there on that may be delivered in part; null where none was begun.</param>
public sealed record DeliveryStart(DeliveryDefinition Definition, ShardKey Shard, long Epoch, ShardPosition Checkpoint, BatchIntent? Intent)
{
    public HashKeyRange Range { get; init; } = HashKeyRange.Whole;

    /// <summary>How often the positions were reset: a later life delivers under other names.</summary>
    public int Life { get; init; }
}

/// <summary>
/// The delivery of one shard: <c>ShardSource → process → batch → intend → write → done</c>. <b>Exactly once, by object name</b>: the files of a batch are
/// durable in the spool first; then it is durable which objects it becomes, under which names and with which bytes; then these are written, the same bytes
/// under the same name at each redo; then the checkpoint passes the batch. While a batch is being written the next one fills; where a destination is away
/// both wait, and nothing more is read.
/// </summary>
public sealed class DeliveryGraph : IConsumerGraph
{
    /// <summary>What is filled while a batch is being written: as many reads, of <see cref="ConsumerOptions.ReadBytesMax"/> each. It bounds the spool.</summary>
    private const int SlicesAhead = 128;

    /// <summary>Each trim is a write of the shard.</summary>
    private static readonly TimeSpan s_trimInterval = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_readWaitMin = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource _stopReading = new();
    private readonly CancellationTokenSource _stopWaiting = new();
    private readonly DeliveryStart _start;
    private readonly ConsumerServices _services;
    private readonly DeliveryServices _deliveries;
    private readonly Spool _spool;
    private readonly Func<BatchIntent, Task> _intend;
    private readonly Deaggregator _deaggregator;
    private readonly GraphPulse _pulse;
    private readonly WaitNote _sourceWaiting;
    private readonly WaitNote _destinationWaiting;
    private ShardPosition _delivered;

    // Set as the graph begins: what is wrong with a configuration is the failure of a graph.
    private DeliveryPlan? _plan;
    private BatchWriter? _batch;
    private long _keptAt;
    private long _trimmedAt;

    // Of the last record that is delivered.
    private DateTimeOffset _deliveredArrival;

    private DeliveryGraph(DeliveryStart start, ConsumerServices services, Func<BatchIntent, Task> intend)
    {
        (_start, _services, _intend) = (start, services, intend);
        _deliveries = services.Deliveries ?? throw new DeliveryConfigurationException("This node has no folder to keep batches in, and runs no delivery.");
        _pulse = new GraphPulse(services.Time);
        _sourceWaiting = new WaitNote(services.Time, () => _pulse.Beat(GraphStage.Read));
        _destinationWaiting = new WaitNote(services.Time, () => _pulse.Beat(GraphStage.Append));
        _deaggregator = new Deaggregator(start.Range);
        _spool = new Spool(_deliveries.SpoolFolder, start.Definition, start.Shard, start.Epoch);
        _delivered = start.Intent?.To ?? start.Checkpoint;
        _keptAt = _trimmedAt = services.Time.GetTimestamp();
    }

    public Task Completion { get; private set; } = Task.CompletedTask;

    public WaitNote.Noted? SourceWaiting => _sourceWaiting.Now;

    public WaitNote.Noted? SinkWaiting => _destinationWaiting.Now;

    public WaitNote.Noted? Retrying => null;

    public GraphPulse Pulse => _pulse;

    public (string Key, double Share) HotKey => ("", 0);

    /// <param name="intend">Makes an intent durable; called with one at a time.</param>
    /// <param name="done">The last step, called slice after slice.</param>
    public static DeliveryGraph Run(
        DeliveryStart start, ConsumerServices services, IMaterializer materializer, Func<BatchIntent, Task> intend, Action<SliceDone> done)
    {
        var graph = new DeliveryGraph(start, services, intend);
        // Off the actor's thread: a batch that was begun before is finished first, which may take long.
        graph.Completion = Task.Run(() => graph.RunAsync(materializer, done));
        return graph;
    }

    public void Drain()
    {
        _stopReading.Cancel();
        _stopWaiting.Cancel();
    }

    /// <summary>It remembers nothing between batches.</summary>
    public OperatorState? CaptureDrained() => null;

    public void Dispose()
    {
        Drain();
        // Its stages may be at work yet; what they use is let go when they have ended.
        Completion.ContinueWith(
            async _ =>
            {
                _batch?.Dispose();
                if (_plan is not null) await _plan.DisposeAsync();
                _stopReading.Dispose();
                _stopWaiting.Dispose();
            },
            TaskScheduler.Default);
    }

    private async Task RunAsync(IMaterializer materializer, Action<SliceDone> done)
    {
        _plan = _deliveries.Plan(_start.Definition);
        _spool.Open(_start.Intent);
        _batch = NewBatch(_plan, _delivered);
        if (_start.Intent is { } pending) await new Redo(this, pending).RunAsync();
        await Source(_delivered, _stopReading.Token)
            .Buffer(1, OverflowStrategy.Backpressure)
            .SelectAsync(1, FillAsync)
            .Buffer(SlicesAhead, OverflowStrategy.Backpressure)
            .SelectAsync(1, DeliverAsync)
            .RunForeach(filled => done(Done(filled)), materializer);
    }

    private Source<Envelope<SourceSlice>, Akka.NotUsed> Source(ShardPosition from, CancellationToken stop)
    {
        var options = _services.Options;
        // A batch is looked at when a read is answered, so that none waits much longer than it should.
        var interval = _plan!.BufferInterval;
        var wait = interval >= options.ReadWait ? options.ReadWait : interval >= s_readWaitMin ? interval : s_readWaitMin;
        return ShardSource.From(
            _services.Streams, _start.Shard, from, options with { ReadWait = wait }, _services.Time, from, _sourceWaiting.Tell, _pulse, stop);
    }

    private BatchWriter NewBatch(DeliveryPlan plan, ShardPosition from) =>
        new(plan, _spool, $"{_start.Definition.Name}\n{_start.Shard.PersistenceId}\n{_start.Life}", from, _services.Time);

    private async Task<Envelope<FilledSlice>> FillAsync(Envelope<SourceSlice> envelope)
    {
        var since = _services.Time.GetTimestamp();
        var batch = _batch!;
        var records = await AddAsync(_plan!, batch, envelope.Value, null);
        BatchIntent? closed = null;
        var failures = 0L;
        if (batch.IsDue || (envelope.IsEnd && !batch.IsEmpty))
        {
            failures = batch.Failures;
            closed = new BatchIntent(batch.From, envelope.Position, _start.Epoch, _start.Definition, batch.Close());
            batch.Dispose();
            _batch = NewBatch(_plan!, envelope.Position);
        }
        else if (batch.IsEmpty)
        {
            // All up to here was dropped, or there was nothing.
            _batch = NewBatch(_plan!, envelope.Position);
        }
        _pulse.Spent(GraphStage.Work, since);
        var source = envelope.Value;
        return envelope.With(new FilledSlice(
            new ConsumerCounts(records, 0, failures, source.Skipped is null ? 0 : 1), source.BehindMs, source.BehindRecords, source.Skipped, source.Generation,
            closed, closed is not null || batch.IsEmpty,
            source.Slices.IsEmpty ? null : DateTimeOffset.FromUnixTimeMilliseconds(source.Slices[^1].Batch.Header.LastArrivalMs)));
    }

    /// <param name="until">Records from there on are left alone; null takes all.</param>
    private async Task<int> AddAsync(DeliveryPlan plan, BatchWriter batch, SourceSlice slice, ShardPosition? until)
    {
        if (plan.Steps.IsEmpty) return Read(slice, until, new DirectReceiver(batch));
        var collected = new CollectingReceiver();
        var count = Read(slice, until, collected);
        IReadOnlyList<DeliveryRecord> records = collected.Records;
        foreach (var step in plan.Steps)
        {
            var processed = await step.ProcessAsync(records, _stopWaiting.Token);
            foreach (var failed in processed.Failed) batch.Fail(failed);
            records = processed.Records;
        }
        foreach (var record in records) batch.Add(record);
        return count;
    }

    private int Read(SourceSlice source, ShardPosition? until, IReceiver receiver)
    {
        var count = 0;
        foreach (var slice in source.Slices)
        {
            var end = slice.FromIndex + slice.Count;
            var record = slice.Batch.RecordsFrom(slice.FromIndex);
            while (record.MoveNext() && record.Index < end)
            {
                if (until is { } limit && new ShardPosition(slice.Batch.Row, record.Index).CompareTo(limit) >= 0) return count;
                count++;
                var number = new SequenceNumber(_start.Shard.Incarnation, source.Generation, _start.Shard.Shard, slice.Batch.Row, record.Index);
                var arrivedAt = DateTimeOffset.FromUnixTimeMilliseconds(record.ArrivalMs);
                var data = record.Current.Data;
                switch (_deaggregator.Read(data))
                {
                    case AggregationKind.None:
                        receiver.Take(data, number, null, arrivedAt);
                        break;
                    case AggregationKind.Aggregated:
                        for (var i = 0; i < _deaggregator.Count; i++) receiver.Take(_deaggregator.UserRecord(data, i).Data, number, i, arrivedAt);
                        break;
                }
            }
        }
        return count;
    }

    private async Task<Envelope<FilledSlice>> DeliverAsync(Envelope<FilledSlice> envelope)
    {
        if (envelope.Value.Closed is { } intent)
        {
            var since = _services.Time.GetTimestamp();
            await _intend(intent).WaitAsync(_stopWaiting.Token);
            await LetGoAsync();
            await WriteAsync(_plan!, intent, intent.Objects);
            _spool.Delete(intent.Objects.Select(o => o.Spool));
            _pulse.Spent(GraphStage.Append, since);
        }
        if (envelope.Value.LastArrival is { } arrival && envelope.Value.IsClean) _deliveredArrival = arrival;
        // A batch to which nothing was added, for every record was dropped, is done as it is.
        if (envelope.Value.IsClean) _delivered = envelope.Position;
        return envelope;
    }

    /// <summary>
    /// Nobody else reads what was put directly: what is delivered, and durably known to be, need not be kept. Arrivals never fall within a shard, so
    /// what arrived before the last delivered record is delivered too.
    /// </summary>
    private async Task LetGoAsync()
    {
        if (!_start.Definition.IsDirectPut || _deliveredArrival == default || _services.Time.GetElapsedTime(_trimmedAt) < s_trimInterval) return;
        _trimmedAt = _services.Time.GetTimestamp();
        await _services.Streams.TrimAsync(_start.Shard, _deliveredArrival, _stopWaiting.Token);
    }

    private async Task WriteAsync(DeliveryPlan plan, BatchIntent intent, IEnumerable<IntendedObject> objects)
    {
        var all = objects.ToImmutableArray();
        await Parallel.ForEachAsync(
            all.Where(o => o.IsError || plan.StoresObjects),
            new ParallelOptions { MaxDegreeOfParallelism = _deliveries.ObjectsAtOnce, CancellationToken = _stopWaiting.Token },
            async (item, cancel) => await PutAsync(plan, new ObjectToPut(item.Key, _spool.PathOf(item.Spool), item.Length, item.Sha256), cancel));
        if (plan.Load is not { } load) return;
        await new ObjectLoading(plan, load, _spool, _start.Shard.PersistenceId, _services.Time, _destinationWaiting, BeatingAsync, PutAsync)
            .LoadAsync(intent with { Objects = all }, _stopWaiting.Token);
    }

    /// <summary>Tries until it is done: the source keeps what is not delivered.</summary>
    private async Task PutAsync(DeliveryPlan plan, ObjectToPut item, CancellationToken stop)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await BeatingAsync(plan.Store.PutAsync(item, stop));
                if (attempt > 0) _destinationWaiting.Tell(null);
                return;
            }
            catch (DestinationAwayException e)
            {
                _destinationWaiting.Tell($"{plan.Store.Name}: {e.Message}");
            }
            await _deliveries.Retry.WaitAsync(attempt, _services.Time, stop);
        }
    }

    /// <summary>A write has its own time-outs, and may take longer than what gives no sign of life may.</summary>
    private async Task BeatingAsync(Task write)
    {
        while (!write.IsCompleted)
        {
            await Task.WhenAny(write, Task.Delay(_deliveries.BeatInterval, _services.Time));
            _pulse.Beat(GraphStage.Append);
        }
        await write;
    }

    private SliceDone Done(Envelope<FilledSlice> envelope)
    {
        var slice = envelope.Value;
        var isKept = slice.IsClean && (envelope.IsEnd || _services.Time.GetElapsedTime(_keptAt) >= _start.Definition.SnapshotInterval);
        if (isKept) _keptAt = _services.Time.GetTimestamp();
        return new SliceDone(
            envelope.Position, _delivered, envelope.IsEnd, slice.Counts, slice.BehindMs, slice.BehindRecords, slice.Skipped,
            isKept ? OperatorState.Empty : null, default, slice.Generation);
    }

    /// <param name="Closed">The batch that ends with the slice, or null.</param>
    /// <param name="IsClean">Nothing up to the slice's end is left for a later batch.</param>
    /// <param name="LastArrival">Of the newest record read; null where there was none.</param>
    private sealed record FilledSlice(
        ConsumerCounts Counts, long BehindMs, long? BehindRecords, TrimGap? Skipped, int Generation, BatchIntent? Closed, bool IsClean,
        DateTimeOffset? LastArrival);

    private static string IdOf(SequenceNumber number, int? subSequenceNumber) => subSequenceNumber is { } sub
        ? string.Create(CultureInfo.InvariantCulture, $"{number}.{sub}")
        : number.ToString();

    private interface IReceiver
    {
        void Take(ReadOnlySpan<byte> data, SequenceNumber number, int? subSequenceNumber, DateTimeOffset arrivedAt);
    }

    /// <summary>Nothing looks at the records: they go from the source into the file.</summary>
    private sealed class DirectReceiver(BatchWriter batch) : IReceiver
    {
        public void Take(ReadOnlySpan<byte> data, SequenceNumber number, int? subSequenceNumber, DateTimeOffset arrivedAt)
        {
            if (batch.TryAdd(data)) return;
            batch.Add(new DeliveryRecord(IdOf(number, subSequenceNumber), arrivedAt, data.ToArray()));
        }
    }

    private sealed class CollectingReceiver : IReceiver
    {
        public List<DeliveryRecord> Records { get; } = [];

        public void Take(ReadOnlySpan<byte> data, SequenceNumber number, int? subSequenceNumber, DateTimeOffset arrivedAt) =>
            Records.Add(new DeliveryRecord(IdOf(number, subSequenceNumber), arrivedAt, data.ToArray()));
    }

    /// <summary>Finishes a batch of a former incarnation, under the definition that it was begun with.</summary>
    private sealed class Redo(DeliveryGraph graph, BatchIntent pending)
    {
        public async Task RunAsync()
        {
            await using var plan = graph._deliveries.Plan(pending.Definition);
            var lost = pending.Objects.Where(o => !IsInSpool(o)).ToList();
            // What is loaded is not looked for; loading it again is the loader's to make harmless.
            var kept = lost.Where(o => o.IsError || (plan.StoresObjects && plan.Load is null)).ToList();
            if (kept.Count > 0) lost = [.. await MissingAsync(plan, kept), .. lost.Except(kept)];
            await graph.WriteAsync(plan, pending, pending.Objects.Where(o => !lost.Contains(o) && IsInSpool(o)));
            if (lost.Count > 0) await MakeAgainAsync(plan, lost);
            graph._spool.Delete(pending.Objects.Select(o => o.Spool));
        }

        private bool IsInSpool(IntendedObject item) => new FileInfo(graph._spool.PathOf(item.Spool)) is { Exists: true } file && file.Length == item.Length;

        /// <summary>Those that are not at the destination either.</summary>
        private async Task<List<IntendedObject>> MissingAsync(DeliveryPlan plan, List<IntendedObject> lost)
        {
            var missing = new List<IntendedObject>();
            foreach (var item in lost)
            {
                for (var attempt = 0; ; attempt++)
                {
                    try
                    {
                        if (!await graph.HasAsync(plan, item)) missing.Add(item);
                        break;
                    }
                    catch (DestinationAwayException e)
                    {
                        graph._destinationWaiting.Tell($"{plan.Store.Name}: {e.Message}");
                    }
                    await graph._deliveries.Retry.WaitAsync(attempt, graph._services.Time, graph._stopWaiting.Token);
                }
            }
            graph._destinationWaiting.Tell(null);
            return missing;
        }

        /// <summary>
        /// The spool went with its node: the same records under the same definition give the same objects. A step that answers otherwise now may
        /// give others; those that were written are left out, by their names.
        /// </summary>
        private async Task MakeAgainAsync(DeliveryPlan plan, List<IntendedObject> lost)
        {
            using var batch = graph.NewBatch(plan, pending.From);
            using var read = CancellationTokenSource.CreateLinkedTokenSource(graph._stopReading.Token);
            var at = pending.From;
            await foreach (var envelope in Enumerate(pending.From, read.Token))
            {
                await graph.AddAsync(plan, batch, envelope.Value, pending.To);
                at = envelope.Position;
                if (at.CompareTo(pending.To) >= 0 || envelope.IsEnd) break;
            }
            graph._stopReading.Token.ThrowIfCancellationRequested();
            var names = lost.Select(o => o.Key).ToHashSet(StringComparer.Ordinal);
            var written = pending.Objects.Where(o => !names.Contains(o.Key)).Select(o => o.Key).ToHashSet(StringComparer.Ordinal);
            var made = batch.Close();
            await graph.WriteAsync(plan, pending, made.Where(o => !written.Contains(o.Key)));
            graph._spool.Delete(made.Select(o => o.Spool));
        }

        private async IAsyncEnumerable<Envelope<SourceSlice>> Enumerate(
            ShardPosition from, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
        {
            ShardPosition? next = from;
            while (next is { } position)
            {
                if (await ShardSource.ReadOnceAsync(
                    graph._services.Streams, graph._start.Shard, position, graph._services.Options, graph._services.Time, graph._sourceWaiting.Tell,
                    graph._pulse, stop) is not var (after, envelope)) yield break;
                next = after;
                yield return envelope;
            }
        }
    }

    private Task<bool> HasAsync(DeliveryPlan plan, IntendedObject item) =>
        plan.Store.HasAsync(new ObjectToPut(item.Key, _spool.PathOf(item.Spool), item.Length, item.Sha256), _stopWaiting.Token);
}
