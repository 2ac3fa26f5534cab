using ActorStreams.Pipelines.Checkpointing;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Pipelines.Firehose;
using ActorStreams.Pipelines.Sinks;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using Akka.Streams;
using static ActorStreams.Pipelines.Consumers.ConsumerEvents;
using static ActorStreams.Pipelines.Consumers.ConsumerProtocol;

namespace ActorStreams.Pipelines.Consumers;

/// <summary>What a consumer works with; the same for all consumers of a node.</summary>
/// <param name="Node">This life of the node, as <c>akka.tcp://name@host:port#uid</c>.</param>
public sealed record ConsumerServices(IStreams Streams, HttpClient Http, TimeProvider Time, PipelineMetrics Metrics, ConsumerOptions Options, string Node)
{
    public LocalConsumers Local { get; } = new();

    /// <summary>What went wrong with the consumers of this node.</summary>
    public ConsumerTroubles Troubles { get; } = new(Time, 20 * Options.SilentAfter, Options.FencedHold);

    /// <summary>Which snapshots this node found unreadable.</summary>
    public Recoveries Recoveries { get; } = new();

    /// <summary>What deliveries work with besides; null where this node has nowhere to keep a batch, and runs none.</summary>
    public DeliveryServices? Deliveries { get; init; }
}

/// <summary>
/// Works one lease: the graph of one application over one shard. Whatever fails, it stops and is started again from what the store has;
/// nothing but the journal and its snapshots outlives it.
/// <code>
/// Idle ──Run──▶ Preparing ──started──▶ Running ──end──▶ Finishing ──▶ Finished
///                                        │ ├──Drain, other definition──▶ Draining ──▶ (gone)
///                                        │ └──failure, silence──▶ Resting ──▶ (gone, next Run starts it)
///                                        └──damage──▶ Damaged
/// </code>
/// </summary>
public sealed partial class ShardConsumerActor : ReceivePersistentActor
{
    /// <summary>Long enough for a coordinator to move to another node.</summary>
    private static readonly TimeSpan s_unwantedAfter = TimeSpan.FromMinutes(2);

    private readonly ConsumerServices _services;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private ConsumerState _state = ConsumerState.New;
    private ConsumerSnapshot? _kept;

    // Journal rows of the two newest snapshots, the older first.
    private (long Older, long Newer) _snapshotRows;
    private RunConsumer? _work;
    private (string Application, ShardKey Shard, LeasePlacement Placement)? _identity;
    private IActorRef _owner = ActorRefs.Nobody;
    private long _wantedAt;
    private ConsumerPhase _phase = ConsumerPhase.Starting;
    private string _detail = "";
    private string _lastGap = "";
    private ITimer? _timer;

    // Of the timer that is set; a tick of a former one may still be in the mailbox.
    private int _timerNumber;

    public ShardConsumerActor(string persistenceId, ConsumerServices services)
    {
        PersistenceId = persistenceId;
        _services = services;
        Recover<IConsumerEvent>(e =>
        {
            _state = _state.Apply(e);
            // What was kept belongs to the records of the life before.
            if (e is ConsumerReset) _kept = null;
        });
        Recover<RecoveryCompleted>(_ => services.Recoveries.Succeeded(persistenceId));
        Recover<SnapshotOffer>(offer =>
        {
            if (offer.Snapshot is UnreadableSnapshot unreadable)
            {
                services.Recoveries.SnapshotUnreadable(persistenceId, offer.Metadata.SequenceNr);
                throw new UnreadableSnapshotException(
                    $"The snapshot of row {offer.Metadata.SequenceNr} cannot be read, the next start begins at an older one: {unreadable.Detail}");
            }
            _kept = (ConsumerSnapshot)offer.Snapshot;
            _state = _kept.State;
            _snapshotRows = (0, offer.Metadata.SequenceNr);
        });
        Idle();
    }

    public override string PersistenceId { get; }

    public override Recovery Recovery => new(new SnapshotSelectionCriteria(_services.Recoveries.SnapshotRowMax(PersistenceId)));

    public static Props Props(string persistenceId, ConsumerServices services) =>
        Akka.Actor.Props.Create(() => new ShardConsumerActor(persistenceId, services));

    protected override void PreStart()
    {
        _services.Local.Add(Self);
        base.PreStart();
    }

    protected override void PostStop()
    {
        _services.Local.Remove(Self);
        TellEndIfShownIdle();
        _timer?.Dispose();
        _graph?.Dispose();
        _retention?.Dispose();
        if (_work is not null) _services.Metrics.Left(_work.Application, _work.Shard);
        base.PostStop();
    }

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        // A rejected event leaves a hole in the numbering: the state is what the store says, so ask it again.
        _log.Error(cause, "Consumer {Consumer} could not write {Event}; it stops and is started again", PersistenceId, @event.GetType().Name);
        Context.Stop(Self);
    }

    private void Idle()
    {
        Command<RunConsumer>(run =>
        {
            if (_services.Local.IsLeaving)
            {
                Context.Stop(Self);
                return;
            }
            Wanted(run);
            if (run.Life < _state.Life)
            {
                _log.Warning("Consumer {Consumer} is in life {Life} and is told to run life {Told}; it leaves", PersistenceId, _state.Life, run.Life);
                Context.Stop(Self);
            }
            else if (_state.Node != _services.Node && _services.Troubles.HeldFor(PersistenceId, run.Placement.Number) > TimeSpan.Zero)
            {
                _services.Metrics.Fenced(run.Application);
                _detail = "Another incarnation took over; this node waits before it would start one again.";
                Become(Held);
            }
            else if (_state.IsFinished && run.Life == _state.Life)
            {
                Become(Finished);
            }
            else
            {
                Prepare();
            }
            Report();
        });
        Command<StopConsumer>(stop =>
        {
            Identify(stop);
            Leave();
        });
        Command<Drain>(_ => Context.Stop(Self));
    }

    /// <summary>Shut out by another incarnation a short while ago; it stays so that it is not recovered at every poll.</summary>
    private void Held()
    {
        _phase = ConsumerPhase.Restarting;
        StartTimer(_services.Troubles.HeldFor(PersistenceId, _work!.Placement.Number) + TimeSpan.FromMilliseconds(1));
        Command<RunConsumer>(run =>
        {
            Wanted(run);
            Report();
        });
        CommandLeave();
        CommandTick(() => Context.Stop(Self));
    }

    private void Finished()
    {
        _phase = ConsumerPhase.Finished;
        _detail = "";
        StartTimer(s_unwantedAfter);
        Command<RunConsumer>(run =>
        {
            Wanted(run);
            // The positions were reset: the next word starts the new life from the store.
            if (run.Life > _state.Life) Context.Stop(Self);
            else Report();
        });
        CommandLeave();
        CommandTick(LeaveIfUnwanted);
    }

    /// <summary>Shows what stopped it until it is told to go.</summary>
    private void Damaged()
    {
        _phase = ConsumerPhase.Damaged;
        TellIfShownIdle();
        StartTimer(s_unwantedAfter);
        Command<RunConsumer>(run =>
        {
            Wanted(run);
            Report();
        });
        CommandLeave();
        CommandTick(LeaveIfUnwanted);
        CommandLate();
    }

    /// <summary>A pause after a failure; then it goes, and the coordinator's next word starts it from the store.</summary>
    private void Resting()
    {
        _phase = ConsumerPhase.Restarting;
        TellIfShownIdle();
        StartTimer(_services.Options.Restart.After(_services.Troubles.Failures(PersistenceId)));
        Command<RunConsumer>(run =>
        {
            Wanted(run);
            Report();
        });
        CommandLeave();
        CommandTick(() => Context.Stop(Self));
        CommandLate();
    }

    private void CommandLeave()
    {
        Command<StopConsumer>(stop =>
        {
            Identify(stop);
            Leave();
        });
        Command<Drain>(_ => Context.Stop(Self));
    }

    /// <summary>It was told to stop; who told it hears that it is gone.</summary>
    private void Leave()
    {
        _phase = ConsumerPhase.Stopped;
        _detail = "";
        Report();
        Context.Stop(Self);
    }

    /// <summary>What may still arrive from a graph that has ended.</summary>
    private void CommandLate()
    {
        Command<GraphEnded>(_ => { });
        Command<SliceReported>(_ => { });
        Command<Intend>(intend => intend.Done.TrySetCanceled());
        Command<Prepared>(_ => { });
        Command<NotPrepared>(_ => { });
    }

    private void Wanted(RunConsumer run)
    {
        _work = run;
        Identify(run);
        _wantedAt = _services.Time.GetTimestamp();
        WatchRetention(run);
    }

    private void Identify(IRequest request)
    {
        _identity = (request.Application, request.Shard, request.Placement);
        _owner = Sender;
    }

    private void LeaveIfUnwanted()
    {
        if (_services.Time.GetElapsedTime(_wantedAt) < s_unwantedAfter) return;
        _log.Info("Consumer {Consumer} is not wanted any more and leaves", PersistenceId);
        Self.Tell(Drain.Instance);
    }

    private void StartTimer(TimeSpan due)
    {
        _timer?.Dispose();
        var self = Self;
        var tick = new Tick(++_timerNumber);
        _timer = _services.Time.CreateTimer(_ => self.Tell(tick), null, due, due);
    }

    private void CommandTick(Action handler) => Command<Tick>(tick =>
    {
        if (tick.Number == _timerNumber) handler();
    });

    private long NowMs => _services.Time.GetUtcNow().ToUnixTimeMilliseconds();

    private ConsumerStatus Status()
    {
        var (application, shard, placement) = _identity!.Value;
        var (phase, detail) = (_phase, _detail);
        var waiting = phase == ConsumerPhase.Running ? _graph?.SinkWaiting : null;
        if (waiting is not null) phase = ConsumerPhase.WaitingForSink;
        else if (phase == ConsumerPhase.Running && (waiting = _graph?.SourceWaiting) is not null) phase = ConsumerPhase.WaitingForSource;
        // A step of its own work, rather than a wait for somebody else's: it runs.
        var transforming = _phase == ConsumerPhase.Running ? _graph?.Transforming : null;
        var backlog = _graph?.Backlog;
        var lag = Lag(backlog);
        return new ConsumerStatus(
            application, shard, phase, waiting?.Problem ?? transforming?.Problem ?? detail, _state.Epoch, _latest?.Checkpoint ?? _state.Checkpoint, lag.Ms,
            lag.Records, _work is null ? _state.Counts : _counts, _lastGap, _services.Node)
        {
            Placement = placement,
            Life = _state.Life,
            Health = Health(waiting, transforming, backlog),
        };
    }

    private sealed record Tick(int Number) : INoSerializationVerificationNeeded;

    private sealed record SliceReported(SliceDone Slice) : INoSerializationVerificationNeeded;

    private sealed record Intend(BatchIntent Intent, TaskCompletionSource Done) : INoSerializationVerificationNeeded;

    private sealed record GraphEnded(Exception? Failure) : INoSerializationVerificationNeeded;

    private sealed record Prepared(ShardPosition Start, OperatorState Operator) : INoSerializationVerificationNeeded;

    private sealed record NotPrepared(string Reason) : INoSerializationVerificationNeeded;
}
