using System.Diagnostics.CodeAnalysis;
using ActorStreams.Pipelines.Checkpointing;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Pipelines.Firehose;
using ActorStreams.Pipelines.Sinks;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;
using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using Akka.Streams;
using static ActorStreams.Pipelines.Consumers.ConsumerEvents;
using static ActorStreams.Pipelines.Consumers.ConsumerProtocol;

namespace ActorStreams.Pipelines.Consumers;

/// <content>Starting, running, checkpointing and draining the graph.</content>
public sealed partial class ShardConsumerActor
{
    private IConsumerGraph? _graph;

    // What the graph reported last, and all counts up to there; the checkpoint follows.
    private SliceDone? _latest;
    private ConsumerCounts _counts;
    private bool _isWriting;
    private bool _isToldToStop;
    private (ShardPosition Position, OperatorState Operator)? _toKeep;

    // Journal row at which the state after the shard's last record was given to the store; 0 before that.
    private long _endSnapshotRow;
    private bool _isEndKept;
    private bool _isEndLost;

    private void Prepare()
    {
        // What is known of a former life counts no more; the event that says so is written with the start.
        var isReset = _work!.Life > _state.Life;
        var state = isReset ? _state.Apply(new ConsumerReset(_work.Life, NowMs)) : _state;
        var (work, kept, streams, system) = (_work, isReset ? null : _kept, _services.Streams, Context.System);
        _counts = _state.Counts;
        _phase = ConsumerPhase.Starting;
        Become(Preparing);
        PrepareAsync().PipeTo(Self, failure: e => new NotPrepared(e.Message));

        async Task<object> PrepareAsync()
        {
            if (kept is not null) return new Prepared(state.Start, kept.Operator);
            var taken = work.Parents.IsDefaultOrEmpty
                ? OperatorState.Empty
                : await FinalStates.TakeOverAsync(system, work.Application, work.Shard, work.Range, work.Parents, work.Life);
            if (!state.HasStarted && work.From is { } from) return new Prepared(from, taken);
            if (state.HasStarted || work.Start == StartPosition.TrimHorizon) return new Prepared(state.Start, taken);
            var (latest, problem) = await LatestAsync(streams, work);
            return latest is { } begin ? new Prepared(begin, taken) : new NotPrepared($"{work.Shard} {problem}");
        }
    }

    /// <summary>Null with a problem.</summary>
    private static async Task<(ShardPosition? From, string Problem)> LatestAsync(IStreams streams, RunConsumer work)
    {
        if (work.Definition.StartAt is not { } at)
        {
            return await streams.BoundsAsync(work.Shard, CancellationToken.None) switch
            {
                BoundsResult.Found found => (found.Bounds.AfterTip, ""),
                BoundsResult.Gone gone => (null, $"is gone: {gone.Detail}"),
                BoundsResult.Unavailable unavailable => (null, $"does not answer: {unavailable.Detail}"),
                var other => throw new InvalidOperationException($"Bounds were answered with {other}."),
            };
        }
        return await streams.PositionAtAsync(work.Shard, at, CancellationToken.None) switch
        {
            PositionResult.Found found => (found.Position, ""),
            PositionResult.Gone gone => (null, $"is gone: {gone.Detail}"),
            PositionResult.KeyUnavailable sealedBy => (null, $"cannot be searched: {sealedBy.Key.Detail}"),
            PositionResult.Unavailable unavailable => (null, $"does not answer: {unavailable.Detail}"),
            var other => throw new InvalidOperationException($"A position was answered with {other}."),
        };
    }

    private void Preparing()
    {
        Command<RunConsumer>(run =>
        {
            Wanted(run);
            Report();
        });
        CommandLeave();
        StartTimer(_services.Options.SilentAfter);
        CommandTick(() => StartAnew("The state to begin with could not be had."));
        Command<NotPrepared>(not =>
        {
            _services.Troubles.Failed(PersistenceId, not.Reason);
            _detail = not.Reason;
            Become(Resting);
        });
        Command<Prepared>(OnPrepared);
    }

    private void OnPrepared(Prepared prepared)
    {
        var events = new List<IConsumerEvent>(2);
        if (_work!.Life > _state.Life)
        {
            _kept = null;
            events.Add(new ConsumerReset(_work.Life, NowMs));
        }
        // The epoch is durable before any sink hears of it.
        events.Add(new ConsumerStarted(_state.Epoch + 1, prepared.Start, NowMs) { Node = _services.Node });
        PersistAll(events, e =>
        {
            _state = _state.Apply(e);
            if (e is ConsumerStarted) RunGraph(prepared.Operator);
        });
    }

    private void RunGraph(OperatorState memory)
    {
        var work = _work!;
        var self = Self;
        var materializer = Context.Materializer();
        _graph = work.Definition switch
        {
            PipelineDefinition pipeline => RunPipeline(pipeline, memory, materializer),
            DeliveryDefinition delivery => RunDelivery(delivery, materializer),
            _ => throw new InvalidOperationException($"No graph is known for a {work.Definition.GetType().Name}."),
        };
        // The graph has the memory now, and the next snapshot will be of that.
        _kept = null;
        _graph.Completion.ContinueWith(
            ended => self.Tell(new GraphEnded(ended.IsCanceled ? new OperationCanceledException() : ended.Exception?.GetBaseException())),
            TaskContinuationOptions.ExecuteSynchronously);
        _phase = ConsumerPhase.Running;
        _detail = "";
        StartTimer(_services.Options.IdleLookInterval);
        _isTimedForCheckpoint = false;
        Become(Running);
        Report();
    }

    private ConsumerGraph RunPipeline(PipelineDefinition definition, OperatorState memory, IMaterializer materializer)
    {
        var (self, work) = (Self, _work!);
        var from = _kept?.Position ?? _state.Start;
        _log.Info(
            "Consumer {Consumer} starts under epoch {Epoch} from {From}, checkpoint {Checkpoint}, {Keys} keys",
            PersistenceId, _state.Epoch, from, _state.Checkpoint, memory.Keys.Length);
        return ConsumerGraph.Run(
            new GraphStart(definition, work.Shard, _state.Epoch, from, _state.Checkpoint, memory) { Range = work.Range, Life = _state.Life },
            _services.Options, _services.Streams, _services.Http, _services.Time, materializer,
            slice => self.Tell(new SliceReported(slice)));
    }

    private DeliveryGraph RunDelivery(DeliveryDefinition definition, IMaterializer materializer)
    {
        var (self, work) = (Self, _work!);
        _log.Info(
            "Delivery {Consumer} starts under epoch {Epoch} from {Checkpoint}, {Objects} objects of a batch begun before",
            PersistenceId, _state.Epoch, _state.Checkpoint, _state.Intent?.Objects.Length ?? 0);
        return DeliveryGraph.Run(
            new DeliveryStart(definition, work.Shard, _state.Epoch, _state.Checkpoint, _state.Intent) { Range = work.Range, Life = _state.Life, Counts = _state.Counts },
            _services, materializer,
            intent =>
            {
                var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                self.Tell(new Intend(intent, done));
                return done.Task;
            },
            slice => self.Tell(new SliceReported(slice)));
    }

    /// <summary>A delivery may begin with a batch once it is durable what will become of it.</summary>
    private void OnIntend(Intend intend) => PersistAsync(new BatchIntended(intend.Intent, NowMs), intended =>
    {
        _state = _state.Apply(intended);
        _services.Troubles.Progressed(PersistenceId);
        intend.Done.TrySetResult();
    });

    private void Running()
    {
        Command<RunConsumer>(run =>
        {
            var isRedefined = run.Definition != _work!.Definition || run.Life > _state.Life;
            Wanted(run);
            if (isRedefined) StartDraining();
            else StartAnewIfSilent();
            Report();
        });
        Command<SliceReported>(reported => OnSlice(reported.Slice));
        Command<Intend>(OnIntend);
        CommandTick(() =>
        {
            TimeCheckpoint();
            WriteCheckpoint();
            StartAnewIfSilent();
            LeaveIfUnwanted();
        });
        Command<GraphEnded>(OnGraphEnded);
        Command<StopConsumer>(stop =>
        {
            Identify(stop);
            _isToldToStop = true;
            StartDraining();
        });
        Command<Drain>(_ => StartDraining());
        CommandSnapshotAnswers(isLast: false);
    }

    private void OnSlice(SliceDone slice)
    {
        _counts += slice.Counts;
        _latest = slice;
        Measure(slice);
        _services.Metrics.Processed(_work!.Application, slice.Counts);
        _services.Metrics.TakenApart(_work.Application, slice.Aggregation);
        _services.Metrics.Lag(_work.Application, _work.Shard, Lag(_graph?.Backlog).Ms, slice.BehindMs);
        if (slice.Skipped is { } gap)
        {
            _lastGap = $"Records from row {gap.Asked.Row} index {gap.Asked.Index} up to row {gap.FirstKeptRow} were trimmed before they were read.";
            _log.Warning("Consumer {Consumer}: {Gap}", PersistenceId, _lastGap);
        }
        if (slice.Kept is { } memory) _toKeep = (slice.Position, memory);
        TimeCheckpoint();
        if (_isShownIdle && slice.Counts.Records > 0) Report();
        if (slice.Kept is not null || _counts.Records - _state.Counts.Records >= _services.Options.CheckpointRecordsMax) WriteCheckpoint();
    }

    /// <summary>The intent of a batch is a checkpoint of the one before, whose report may come after it.</summary>
    private bool HasMoved => _latest is { } latest && latest.Checkpoint.CompareTo(_state.Checkpoint) > 0;

    [MemberNotNullWhen(true, nameof(_latest))]
    private bool HasToWrite => _latest is not null && (HasMoved || _toKeep is not null);

    /// <summary>One write at a time; what comes meanwhile goes with the next.</summary>
    private void WriteCheckpoint()
    {
        if (_isWriting || !HasToWrite) return;
        _isWriting = true;
        var hasMoved = HasMoved;
        _writingSince = _services.Time.GetTimestamp();
        PersistAsync(new Checkpointed(_latest.Checkpoint, _counts, NowMs), written =>
        {
            _isWriting = false;
            _checkpointTook = _services.Time.GetElapsedTime(_writingSince);
            if (hasMoved) _services.Troubles.Progressed(PersistenceId);
            _state = _state.Apply(written);
            _services.Metrics.Checkpointed(_work!.Application);
            _graph?.Checkpointed(_state.Checkpoint);
            if (_toKeep is { } keep && keep.Position.CompareTo(_state.Checkpoint) <= 0)
            {
                _toKeep = null;
                if (_latest is { IsEnd: true } end && end.Position == keep.Position) _endSnapshotRow = LastSequenceNr;
                SaveSnapshot(new ConsumerSnapshot(_state, keep.Position, keep.Operator));
            }
            else if (_toKeep is not null)
            {
                WriteCheckpoint();
            }
            else if (_phase == ConsumerPhase.Draining)
            {
                LeaveWhenDrained();
            }
        });
    }

    private void OnGraphEnded(GraphEnded ended)
    {
        switch (ended.Failure)
        {
            case null when _isEndLost:
                _detail = "The final state could not be kept.";
                Become(Resting);
                break;
            case null when _latest is { IsEnd: true }:
                Become(Finishing);
                FinishWhenKept();
                break;
            case DamagedSourceException damage:
                _detail = damage.Message;
                _log.Error("Consumer {Consumer} stops: {Damage}", PersistenceId, damage.Message);
                Become(Damaged);
                break;
            case ConsumerFencedException fenced:
                _log.Warning("Consumer {Consumer} was replaced by a later incarnation and leaves: {Detail}", PersistenceId, fenced.Message);
                _services.Troubles.Fenced(PersistenceId, _work!.Placement.Number);
                Context.Stop(Self);
                break;
            default:
                _detail = ended.Failure?.Message ?? "The graph ended before its shard did.";
                _log.Error(ended.Failure, "The graph of consumer {Consumer} failed; it starts again from its last snapshot", PersistenceId);
                _services.Metrics.Restarted(_work!.Application);
                _services.Troubles.Failed(PersistenceId, _detail);
                Become(Resting);
                break;
        }
    }

    /// <summary>The end of the shard is reached; its final state is being kept, and only then is it said to be finished.</summary>
    private void Finishing()
    {
        Command<RunConsumer>(run =>
        {
            Wanted(run);
            Report();
        });
        CommandLeave();
        CommandTick(() =>
        {
            WriteCheckpoint();
            StartAnewIfSilent();
        });
        Command<SaveSnapshotSuccess>(saved =>
        {
            OnSaved(saved);
            FinishWhenKept();
        });
        Command<SaveSnapshotFailure>(failure =>
        {
            _detail = $"The final state could not be kept: {failure.Cause.Message}";
            Become(Resting);
        });
        CommandDeleteAnswers();
    }

    private void FinishWhenKept()
    {
        if (!_isEndKept) return;
        Persist(new ConsumerFinished(NowMs), finished =>
        {
            _state = _state.Apply(finished);
            _services.Metrics.Lag(_work!.Application, _work.Shard, 0, 0);
            Become(Finished);
            Report();
        });
    }

    private void StartDraining()
    {
        _phase = ConsumerPhase.Draining;
        _graph!.Drain();
        StartTimer(_services.Options.DrainTimeout);
        Become(Draining);
        TellIfShownIdle();
    }

    private void Draining()
    {
        Command<RunConsumer>(run =>
        {
            Wanted(run);
            Report();
        });
        Command<SliceReported>(reported => OnSlice(reported.Slice));
        Command<Intend>(intend => intend.Done.TrySetCanceled());
        Command<GraphEnded>(ended =>
        {
            if (ended.Failure is null && _latest is { } last && _graph!.CaptureDrained() is { } memory) _toKeep = (last.Position, memory);
            LeaveWhenDrained();
        });
        Command<StopConsumer>(stop =>
        {
            Identify(stop);
            _isToldToStop = true;
        });
        Command<Drain>(_ => { });
        CommandTick(() =>
        {
            _log.Warning("Consumer {Consumer} could not finish in time; what is not checkpointed is done again", PersistenceId);
            Go();
        });
        CommandSnapshotAnswers(isLast: true);
    }

    private void LeaveWhenDrained()
    {
        if (!_graph!.Completion.IsCompleted || _isWriting) return;
        if (HasToWrite) WriteCheckpoint();
        else Go();
    }

    private void Go()
    {
        if (_isToldToStop) Leave();
        else Context.Stop(Self);
    }

    private void CommandSnapshotAnswers(bool isLast)
    {
        Command<SaveSnapshotSuccess>(saved =>
        {
            OnSaved(saved);
            if (isLast) LeaveWhenDrained();
        });
        Command<SaveSnapshotFailure>(failure =>
        {
            _log.Warning(failure.Cause, "Consumer {Consumer} could not keep its state; a restart replays from the one before", PersistenceId);
            _isEndLost |= _endSnapshotRow != 0 && failure.Metadata.SequenceNr == _endSnapshotRow;
            if (isLast) Go();
        });
        CommandDeleteAnswers();
    }

    /// <summary>Two snapshots stay, and the journal from the older one on, so that an unreadable newest one costs a replay and no more.</summary>
    private void OnSaved(SaveSnapshotSuccess saved)
    {
        _services.Metrics.Kept(_work!.Application);
        _isEndKept |= _endSnapshotRow != 0 && saved.Metadata.SequenceNr == _endSnapshotRow;
        _snapshotRows = (_snapshotRows.Newer, saved.Metadata.SequenceNr);
        if (_snapshotRows.Older == 0) return;
        DeleteSnapshots(new SnapshotSelectionCriteria(_snapshotRows.Older - 1));
        DeleteMessages(_snapshotRows.Older);
    }

    private void CommandDeleteAnswers()
    {
        Command<DeleteSnapshotsSuccess>(_ => { });
        Command<DeleteMessagesSuccess>(_ => { });
        Command<DeleteSnapshotsFailure>(failure =>
            _log.Warning(failure.Cause, "Consumer {Consumer} could not delete old snapshots; the next ones take them along", PersistenceId));
        Command<DeleteMessagesFailure>(failure =>
            _log.Warning(failure.Cause, "Consumer {Consumer} could not delete old journal rows; the next time takes them along", PersistenceId));
    }
}
