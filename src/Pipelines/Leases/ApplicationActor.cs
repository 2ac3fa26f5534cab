using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using static ActorStreams.Pipelines.Consumers.ConsumerProtocol;
using static ActorStreams.Pipelines.Leases.ApplicationEvents;
using static ActorStreams.Pipelines.Leases.CoordinatorProtocol;

namespace ActorStreams.Pipelines.Leases;

/// <summary>What applications and their coordinator work with; the same for all of a node.</summary>
/// <param name="Leaving">
/// Cancelled when the node leaves: its regions hand their entities over, and a message that comes in between holds that up until its time-out.
/// </param>
public sealed record LeaseServices(
    IStreams Streams, IActorRef Consumers, TimeProvider Time, PipelineMetrics Metrics, ConsumerOptions Options, CancellationToken Leaving)
{
    /// <summary>Which snapshots this node found unreadable.</summary>
    public Recoveries Recoveries { get; } = new();
}

/// <summary>
/// Holds the leases of one application. At each poll it tells the consumer of every lease that is due to run, so that one that was lost with
/// its node runs again, gives a lease to another node where its consumer gives no sign of life, and looks at the source, to note new shards
/// and new lives of the stream.
/// </summary>
public sealed partial class ApplicationActor : ReceivePersistentActor
{
    /// <summary>How long a look may take before another one begins.</summary>
    private static readonly TimeSpan s_lookTimeout = TimeSpan.FromSeconds(10);

    private readonly LeaseServices _services;
    private readonly LeaseWatch _watch;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly CancellationTokenSource _stopped = new();
    private ApplicationDefinition _definition;
    private ApplicationState _state = ApplicationState.New;
    private ApplicationPhase _phase = ApplicationPhase.Starting;
    private string _detail = "";
    private bool _isLooking;

    // Output streams are made at the start only: a person who deletes one later is not contradicted.
    private bool _hasOutputs;

    public ApplicationActor(ApplicationDefinition definition, LeaseServices services)
    {
        _definition = definition;
        _services = services;
        _watch = new LeaseWatch(services.Time, services.Options.SilentAfter, services.Options.MovesAtOnce);
        PersistenceId = $"application-{definition.Name}";
        RecoverState();
        Command<Poll>(_ => OnPoll());
        Command<Redefine>(redefine =>
        {
            _definition = redefine.Definition;
            _redefinitions++;
            _hasOutputs = false;
            _isRedefined = true;
            _isLooking = false;
            Look();
        });
        Command<Looked>(OnLook);
        Command<ConsumerStatus>(OnConsumer);
        Command<Leave>(_ =>
        {
            StopConsumers(_state);
            Context.Stop(Self);
        });
        CommandOperations();
        CommandSnapshotAnswers();
    }

    public override string PersistenceId { get; }

    public override Recovery Recovery => new(new SnapshotSelectionCriteria(_services.Recoveries.SnapshotRowMax(PersistenceId)));

    private long NowMs => _services.Time.GetUtcNow().ToUnixTimeMilliseconds();

    public static Props Props(ApplicationDefinition definition, LeaseServices services) =>
        Akka.Actor.Props.Create(() => new ApplicationActor(definition, services));

    protected override void PostStop()
    {
        _stopped.Cancel();
        _stopped.Dispose();
        base.PostStop();
    }

    private void Look()
    {
        if (_isLooking || _services.Leaving.IsCancellationRequested) return;
        _isLooking = true;
        var of = _redefinitions;
        SourceLook.TakeAsync(_services.Streams, _definition, !_hasOutputs, _stopped.Token).WaitAsync(s_lookTimeout, _services.Time)
            .PipeTo(Self, success: look => new Looked(look, of), failure: e => new Looked(new SourceLook(null, null, e.Message), of));
    }

    private void OnLook(Looked looked)
    {
        // It saw other streams, maybe; that of the new definition is under way.
        if (looked.Redefinitions != _redefinitions) return;
        _isLooking = false;
        var look = looked.Look;
        if (look.Unavailable is { } reason)
        {
            Show(ApplicationPhase.Unavailable, reason);
            return;
        }
        if (look.Source is not { } source)
        {
            Show(ApplicationPhase.WaitingForStream, $"waiting for stream {look.Missing}");
            return;
        }
        _hasOutputs = true;
        var before = _state;
        var events = _state.Decide(source, _definition.Start, NowMs, hasTime: _definition.StartAt is not null);
        var isRedefined = _isRedefined;
        _isRedefined = false;
        if (events.IsEmpty)
        {
            if (isRedefined) Run();
            else Show(ApplicationPhase.Running, "");
            return;
        }
        var left = events.Length;
        PersistAll(events, e =>
        {
            Apply(e);
            if (--left > 0) return;
            if (before.Source != _state.Source) StopConsumers(before);
            Run();
        });
    }

    private void Run()
    {
        Show(ApplicationPhase.Running, "");
        RunConsumers();
    }

    private void RunConsumers()
    {
        if (_phase == ApplicationPhase.WaitingForStream || _services.Leaving.IsCancellationRequested) return;
        if (_state.IsPaused)
        {
            StopPaused();
            return;
        }
        if (_isRedefined) return;
        _watch.BeginRound();
        foreach (var lease in _state.Runnable)
        {
            if (ShardOf(lease) is not { } shard) return;
            _watch.Wanted(shard);
            if (_watch.Judge(shard) is var (kind, cause)) Interrupt(shard, lease, kind, cause);
            else Run(shard, lease);
        }
    }

    private void Run(ShardKey shard, Lease lease) => _services.Consumers.Tell(
        new RunConsumer(_definition, shard, lease.Range, lease.Start, _state.FinishedParents(lease))
        {
            Placement = lease.Placement,
            Life = _state.Life,
            From = lease.From,
        });

    private void StopConsumers(ApplicationState state)
    {
        if (state.Source is not { } source) return;
        foreach (var lease in state.Runnable) Stop(new ShardKey(source.Region, source.Incarnation, lease.Shard), lease.Placement);
    }

    private void Stop(ShardKey shard, LeasePlacement placement)
    {
        _watch.Unwanted(shard);
        _services.Consumers.Tell(new StopConsumer(_definition.Name, shard) { Placement = placement });
    }

    private void OnConsumer(ConsumerStatus status)
    {
        if (_state.Source != status.Shard.Stream || !_state.Leases.TryGetValue(status.Shard.Shard, out var lease)) return;
        // A consumer that was moved may wake and tell of its former place, or of a life that is over.
        if (status.Placement.Number != lease.Placement.Number || (status.Life != _state.Life && status.Phase == ConsumerPhase.Finished)) return;
        _watch.Heard(status);
        if (status.Phase != ConsumerPhase.Finished || _state.DecideFinished(status.Shard, NowMs) is not { } finished)
        {
            Show(_phase, _detail);
            return;
        }
        Persist(finished, e =>
        {
            Apply(e);
            Stop(status.Shard, lease.Placement);
            // The children need not wait for the next poll; where they are not known yet, the look finds them.
            Run();
            Look();
        });
    }

    private void Note(IApplicationEvent e)
    {
        switch (e)
        {
            case SourceFound found:
                _watch.Clear();
                _log.Info("Application {Application} reads {Stream} in its life {Incarnation}", _definition.Name, _definition.Source, found.Stream.Incarnation);
                break;
            case LeasesAdded added:
                _log.Info("Application {Application} leases the shards {Shards}", _definition.Name, string.Join(", ", added.Leases.Select(l => l.Shard)));
                break;
            case LeaseEnded { Outcome: LeaseOutcome.AgedOut } lost:
                _log.Error(
                    "Application {Application} lost what it had not read of shard {Shard}: it aged out. A longer retention prevents that",
                    _definition.Name, ShardIds.Format(lost.Shard));
                break;
        }
    }

    private void Show(ApplicationPhase phase, string detail)
    {
        if (detail.Length > 0 && detail != _detail) _log.Info("Application {Application}: {Detail}", _definition.Name, detail);
        _phase = phase;
        _detail = detail;
        var runnable = _state.IsPaused ? [] : _state.Runnable.Select(l => l.Shard).ToHashSet();
        var leases = _state.Source is not { } source ? [] : _state.Leases.Values.Select(lease =>
        {
            var shard = new ShardKey(source.Region, source.Incarnation, lease.Shard);
            return new LeaseStatus(shard, lease, _watch.Status(shard)) { HeardAgoMs = _watch.HeardAgoMs(shard), IsWanted = runnable.Contains(lease.Shard) };
        });
        var pipeline = _definition as PipelineDefinition;
        // What it waits for shows, also while nothing would be read of it.
        var shown = _state.IsPaused && phase is ApplicationPhase.Running or ApplicationPhase.Starting ? ApplicationPhase.Paused : phase;
        Context.Parent.Tell(new ApplicationStatus(
            _definition.Name, shown, detail, _definition.Source, pipeline?.Output, pipeline?.DeadLetters, [.. leases])
        {
            IsPaused = _state.IsPaused,
            Life = _state.Life,
        });
    }

    private ShardKey? ShardOf(Lease lease) =>
        _state.Source is { } source ? new ShardKey(source.Region, source.Incarnation, lease.Shard) : null;

    /// <param name="Redefinitions">How many there had been when it began.</param>
    private sealed record Looked(SourceLook Look, int Redefinitions) : INoSerializationVerificationNeeded;

    /// <summary>From the coordinator: go on under another definition of the same name.</summary>
    internal sealed record Redefine(ApplicationDefinition Definition) : INoSerializationVerificationNeeded;

    /// <summary>From the coordinator: the application was stopped, not merely moved, so its consumers go too.</summary>
    internal sealed record Leave : INoSerializationVerificationNeeded
    {
        public static readonly Leave Instance = new();
    }
}
