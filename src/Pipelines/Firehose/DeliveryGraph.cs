using ActorStreams.Pipelines.Checkpointing;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Firehose.Spooling;
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

    /// <summary>Of all that is delivered below the checkpoint.</summary>
    public ConsumerCounts Counts { get; init; }

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
    private readonly BatchFiller _filler;
    private readonly BatchDelivery _delivery;
    private readonly GraphPulse _pulse;
    private readonly WaitNote _sourceWaiting;
    private readonly WaitNote _destinationWaiting;
    private readonly SourceProgress _progress;
    private readonly BacklogCount _backlog;
    private readonly DeliveredFiles _files;
    private readonly TransformWatch _transforms;

    // Of which no slice has told yet.
    private readonly List<LostStretch> _lost = [];
    private ConsumerCounts _redone;

    // Of all that was read, up to the batch that is being filled, and of that one.
    private ConsumerCounts _counted;
    private ConsumerCounts _filled;
    private ShardPosition _delivered;

    // Set as the graph begins: what is wrong with a configuration is the failure of a graph.
    private DeliveryPlan? _plan;
    private IDisposable? _spoolUse;
    private BatchWriter? _batch;
    private long _keptAt;
    private ShardPosition _keptTo;
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
        _spool = new Spool(_deliveries.SpoolFolder, start.Definition, start.Shard, start.Epoch);
        _files = new DeliveredFiles(_spool);
        _filler = new BatchFiller(start.Shard, start.Range, work => BeatingAsync(work, null));
        _delivery = new BatchDelivery(_deliveries, _spool, start.Shard.PersistenceId, services.Time, _destinationWaiting, work => BeatingAsync(work, TellSlow))
        {
            Producer = $"{start.Definition.Name}/{start.Shard.PersistenceId}/{start.Life}",
            Intend = intent => _intend(intent).WaitAsync(_stopWaiting.Token),
            Metrics = services.Metrics.Deliveries,
        };
        _delivered = start.Intent?.To ?? start.Checkpoint;
        _counted = start.Counts;
        _keptTo = _delivered;
        _progress = new SourceProgress(start.Shard, _delivered);
        _backlog = new BacklogCount(services.Time);
        _transforms = new TransformWatch(start.Definition, services.Metrics.Deliveries, services.Time, () => _pulse.Beat(GraphStage.Work));
        if (start.Intent is { } pending) _backlog.Redo(pending);
        _keptAt = _trimmedAt = services.Time.GetTimestamp();
    }

    public Task Completion { get; private set; } = Task.CompletedTask;

    public WaitNote.Noted? SourceWaiting => _sourceWaiting.Now;

    public WaitNote.Noted? SinkWaiting => _destinationWaiting.Now;

    public WaitNote.Noted? Retrying => null;

    public WaitNote.Noted? Transforming => _transforms.Waiting;

    public Backlog? Backlog => _backlog.Now(_plan);

    public GraphPulse Pulse => _pulse;

    public void Checkpointed(ShardPosition checkpoint) => _files.Checkpointed(checkpoint);

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

    /// <summary>The batch that is being written is finished, where that does not take too long.</summary>
    public void Drain() => _stopReading.Cancel();

    /// <summary>It remembers nothing between batches.</summary>
    public OperatorState? CaptureDrained() => null;

    public void Dispose()
    {
        Drain();
        _stopWaiting.Cancel();
        // Its stages may be at work yet; what they use is let go when they have ended.
        Completion.ContinueWith(
            async _ =>
            {
                _batch?.Dispose();
                _spoolUse?.Dispose();
                if (_plan is not null) await _plan.DisposeAsync();
                _stopReading.Dispose();
                _stopWaiting.Dispose();
            },
            TaskScheduler.Default);
    }

    private async Task RunAsync(IMaterializer materializer, Action<SliceDone> done)
    {
        _plan = _deliveries.Plan(_start.Definition);
        _transforms.Follow(_plan);
        _spoolUse = _deliveries.SpoolUse.Use(_spool.Folder);
        _spool.Open(_start.Intent);
        _batch = NewBatch(_plan, _delivered);
        if (_start.Intent is { } pending) await RedoAsync(pending);
        // Nothing is read ahead of what is filled: while a destination is away each of many shards would hold what it read.
        await Source(_delivered, _stopReading.Token)
            .Select(read =>
            {
                _backlog.Read(read.Value);
                return read;
            })
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

    private async Task RedoAsync(BatchIntent pending)
    {
        await using var plan = _deliveries.Plan(pending.Definition);
        _transforms.Follow(plan);
        var redo = new BatchRedo(
            pending, _start.Shard, _spool, _delivery, _filler, of => NewBatch(of, pending.From, again: of.NotesPlaces ? $"\n{_start.Epoch}" : ""),
            intent => _intend(intent).WaitAsync(_stopWaiting.Token),
            from => ShardSource.ReadOnceAsync(
                _services.Streams, _start.Shard, from, _services.Options, _services.Time, _sourceWaiting.Tell, _pulse, _stopReading.Token));
        await redo.RunAsync(plan, _stopWaiting.Token);
        _backlog.Delivered(pending.To);
        _lost.AddRange(redo.Lost);
        _redone = (redo.Intent.Tally?.Counts ?? default) + new ConsumerCounts(0, 0, 0, redo.Lost.Count);
        _counted += _redone;
        _services.Metrics.Deliveries.Dropped(pending.Definition, pending.Tally?.Dropped ?? 0);
        _files.Intended(redo.Intent);
    }

    private BatchWriter NewBatch(DeliveryPlan plan, ShardPosition from, string again = "") =>
        new(plan, _spool, $"{_start.Definition.Name}\n{_start.Shard.PersistenceId}\n{_start.Life}", from, _services.Time) { Again = again };

    private async Task<Envelope<FilledSlice>> FillAsync(Envelope<SourceSlice> envelope)
    {
        var since = _services.Time.GetTimestamp();
        var source = envelope.Value;
        _backlog.Filling(source);
        var batch = BatchFor(source);
        if (_progress.Take(source, envelope.Position) is { } lost)
        {
            batch.Lose(lost, lost.After ?? _services.Time.GetUtcNow());
            _lost.Add(lost);
            _filled += new ConsumerCounts(0, 0, 0, 1);
        }
        _filled += new ConsumerCounts(await _filler.AddAsync(_plan!, batch, source, null, _stopWaiting.Token), 0, 0, 0);
        _backlog.Filled(batch.LargestBytes);
        BatchIntent? closed = null;
        var (counts, dropped) = (default(ConsumerCounts), 0L);
        if (batch.IsDue || (envelope.IsEnd && !batch.IsEmpty))
        {
            (counts, dropped) = (_filled with { DeadLetters = batch.Failures }, batch.Dropped);
            closed = new BatchIntent(batch.From, _progress.Position, _start.Epoch, _start.Definition, batch.Close()) { Tally = new BatchTally(_counted, counts, dropped) };
            batch.Dispose();
            _backlog.Closed(_progress.Position);
            _batch = NewBatch(_plan!, _progress.Position);
        }
        else if (batch.IsEmpty)
        {
            // All up to here was dropped, or there was nothing.
            _backlog.Dropped();
            (counts, dropped) = (_filled, batch.Dropped);
            _batch = NewBatch(_plan!, _progress.Position);
        }
        var isClean = closed is not null || batch.IsEmpty;
        if (isClean) (_counted, _filled) = (_counted + counts, default);
        _pulse.Spent(GraphStage.Work, since);
        var gap = _lost is [.., var newest] ? new TrimGap(newest.First, newest.Next.Row) : null;
        var filled = new FilledSlice(
            counts, dropped, source.BehindMs, source.BehindRecords, gap, source.Generation, closed, isClean,
            source.Slices.IsEmpty ? null : DateTimeOffset.FromUnixTimeMilliseconds(source.Slices[^1].Batch.Header.LastArrivalMs));
        _lost.Clear();
        return new Envelope<FilledSlice>(filled, _progress.Position, envelope.IsEnd);
    }

    /// <summary>One that begins with the oldest record there is says which that was: a redo has to know what was trimmed since.</summary>
    private BatchWriter BatchFor(SourceSlice source)
    {
        if (_batch!.IsEmpty && _batch.From.Row == 0 && source.Slices is [var first, ..])
            _batch = NewBatch(_plan!, new ShardPosition(first.Batch.Row, first.FromIndex));
        return _batch;
    }

    private async Task<Envelope<FilledSlice>> DeliverAsync(Envelope<FilledSlice> envelope)
    {
        if (envelope.Value.Closed is { } intent)
        {
            var since = _services.Time.GetTimestamp();
            await _intend(intent).WaitAsync(_stopWaiting.Token);
            _files.Intended(intent);
            await LetGoAsync();
            await _delivery.WriteAsync(_plan!, intent, intent.Objects, _stopWaiting.Token);
            _pulse.Spent(GraphStage.Append, since);
        }
        if (envelope.Value.LastArrival is { } arrival && envelope.Value.IsClean) _deliveredArrival = arrival;
        // A batch to which nothing was added, for every record was dropped, is done as it is.
        if (envelope.Value.IsClean)
        {
            _delivered = envelope.Position;
            _backlog.Delivered(_delivered);
            _services.Metrics.Deliveries.Dropped(_start.Definition, envelope.Value.Dropped);
        }
        // Kept with the slice: by the time that it is reported, the next one may be delivered, which it does not count.
        return envelope with { Value = envelope.Value with { Delivered = _delivered } };
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

    /// <summary>What goes out has its own time-outs, and may take longer than what gives no sign of life may.</summary>
    /// <param name="tellSlow">Told while it goes on for long; true where it said so, which is over once the work is done.</param>
    private async Task BeatingAsync(Task work, Func<bool>? tellSlow)
    {
        _pulse.Beat(GraphStage.Append);
        var isSlow = false;
        while (!work.IsCompleted)
        {
            await Task.WhenAny(work, Task.Delay(_deliveries.BeatInterval, _services.Time));
            _pulse.Beat(GraphStage.Append);
            if (!work.IsCompleted && tellSlow is not null) isSlow |= tellSlow();
        }
        await work;
        if (isSlow) _destinationWaiting.Tell(null);
    }

    /// <summary>A server that takes a connection and says nothing fails late; until then this is all that is seen of it.</summary>
    private bool TellSlow()
    {
        if (_destinationWaiting.Now is not null) return false;
        _destinationWaiting.TellSlow("The destination has not answered for a while; the request goes on.");
        return true;
    }

    private SliceDone Done(Envelope<FilledSlice> envelope)
    {
        var slice = envelope.Value;
        // Where nothing came since, a shard without records costs no writes.
        var isDue = envelope.Position != _keptTo && _services.Time.GetElapsedTime(_keptAt) >= _start.Definition.SnapshotInterval;
        var isKept = slice.IsClean && (envelope.IsEnd || isDue);
        if (isKept) (_keptAt, _keptTo) = (_services.Time.GetTimestamp(), envelope.Position);
        var counts = slice.Counts + _redone;
        _redone = default;
        return new SliceDone(
            envelope.Position, slice.Delivered, envelope.IsEnd, counts, slice.BehindMs, slice.BehindRecords, slice.Skipped,
            isKept ? OperatorState.Empty : null, default, slice.Generation);
    }
}
