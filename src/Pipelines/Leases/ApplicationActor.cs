using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;
using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using static ActorStreams.Pipelines.Consumers.ConsumerProtocol;
using static ActorStreams.Pipelines.Leases.ApplicationEvents;
using static ActorStreams.Pipelines.Leases.CoordinatorProtocol;

namespace ActorStreams.Pipelines.Leases;

/// <summary>
/// Holds the leases of one application. At each poll it looks at the source, notes new shards and new lives of the stream, and tells
/// the consumer of every lease that is due to run; so a consumer that was lost with its node runs again within a poll.
/// </summary>
public sealed class ApplicationActor : ReceivePersistentActor
{
    /// <summary>How long a look may take before another one begins.</summary>
    private static readonly TimeSpan s_lookTimeout = TimeSpan.FromSeconds(10);

    private readonly IStreams _streams;
    private readonly IActorRef _consumers;
    private readonly TimeProvider _time;
    private readonly TimeSpan _pollInterval;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<ShardKey, ConsumerStatus> _heard = [];
    private readonly CancellationTokenSource _stopped = new();
    private PipelineDefinition _definition;
    private ApplicationState _state = ApplicationState.New;
    private ApplicationPhase _phase = ApplicationPhase.Starting;
    private string _detail = "";
    private bool _isLooking;

    // Output streams are made at the start only: a person who deletes one later is not contradicted.
    private bool _hasOutputs;
    private ITimer? _timer;

    // The node is leaving: its regions hand their entities over, and a message that comes in between holds that up until its time-out.
    private readonly CancellationToken _leaving;

    public ApplicationActor(
        PipelineDefinition definition, IStreams streams, IActorRef consumers, TimeProvider time, TimeSpan pollInterval, CancellationToken leaving)
    {
        _leaving = leaving;
        _definition = definition;
        _streams = streams;
        _consumers = consumers;
        _time = time;
        _pollInterval = pollInterval;
        PersistenceId = $"application-{definition.Name}";
        Recover<IApplicationEvent>(e => _state = _state.Apply(e));
        Recover<RecoveryCompleted>(_ => Look());
        Command<Tick>(_ => Look());
        Command<Redefine>(redefine =>
        {
            _definition = redefine.Definition;
            _hasOutputs = false;
            Look();
        });
        Command<SourceLook>(OnLook);
        Command<LookFailed>(failed =>
        {
            _isLooking = false;
            Show(ApplicationPhase.Unavailable, failed.Reason);
        });
        Command<ConsumerStatus>(OnConsumer);
        Command<Leave>(_ =>
        {
            StopConsumers(_state);
            Context.Stop(Self);
        });
    }

    public override string PersistenceId { get; }

    public static Props Props(
        PipelineDefinition definition, IStreams streams, IActorRef consumers, TimeProvider time, TimeSpan pollInterval, CancellationToken leaving) =>
        Akka.Actor.Props.Create(() => new ApplicationActor(definition, streams, consumers, time, pollInterval, leaving));

    protected override void PreStart()
    {
        var self = Self;
        _timer = _time.CreateTimer(_ => self.Tell(Tick.Instance), null, _pollInterval, _pollInterval);
        base.PreStart();
    }

    protected override void PostStop()
    {
        _timer?.Dispose();
        _stopped.Cancel();
        _stopped.Dispose();
        base.PostStop();
    }

    private void Look()
    {
        if (_isLooking || _leaving.IsCancellationRequested) return;
        _isLooking = true;
        SourceLook.TakeAsync(_streams, _definition, !_hasOutputs, _stopped.Token).WaitAsync(s_lookTimeout, _time)
            .PipeTo(Self, failure: e => new LookFailed(e.Message));
    }

    private void OnLook(SourceLook look)
    {
        _isLooking = false;
        if (look.Unavailable is { } reason)
        {
            Show(ApplicationPhase.Unavailable, reason);
            RunConsumers();
            return;
        }
        if (look.Source is not { } source)
        {
            Show(ApplicationPhase.WaitingForStream, $"waiting for stream {look.Missing}");
            return;
        }
        _hasOutputs = true;
        var before = _state;
        var events = _state.Decide(source, _definition.Start, _time.GetUtcNow().ToUnixTimeMilliseconds());
        if (events.IsEmpty)
        {
            Run();
            return;
        }
        var left = events.Length;
        PersistAll(events, e =>
        {
            _state = _state.Apply(e);
            Note(e);
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
        if (_state.Source is not { } source || _leaving.IsCancellationRequested) return;
        foreach (var lease in _state.Runnable)
        {
            var shard = new ShardKey(source.Region, source.Incarnation, lease.Shard);
            _consumers.Tell(new RunConsumer(_definition, shard, lease.Range, lease.Start, _state.FinishedParents(lease)));
        }
    }

    private void StopConsumers(ApplicationState state)
    {
        if (state.Source is not { } source) return;
        foreach (var lease in state.Runnable)
            _consumers.Tell(new StopConsumer(_definition.Name, new ShardKey(source.Region, source.Incarnation, lease.Shard)));
    }

    private void OnConsumer(ConsumerStatus status)
    {
        if (_state.Source != status.Shard.Stream) return;
        _heard[status.Shard] = status;
        if (status.Phase != ConsumerPhase.Finished
            || _state.DecideFinished(status.Shard, _time.GetUtcNow().ToUnixTimeMilliseconds()) is not { } finished)
        {
            Show(_phase, _detail);
            return;
        }
        Persist(finished, e =>
        {
            _state = _state.Apply(e);
            _consumers.Tell(new StopConsumer(_definition.Name, status.Shard));
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
                _heard.Clear();
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
        var leases = _state.Source is not { } source ? [] : _state.Leases.Values.Select(lease =>
        {
            var shard = new ShardKey(source.Region, source.Incarnation, lease.Shard);
            return new LeaseStatus(shard, lease, _heard.GetValueOrDefault(shard));
        });
        Context.Parent.Tell(new ApplicationStatus(
            _definition.Name, _phase, _detail, _definition.Source, _definition.Output, _definition.DeadLetters, [.. leases]));
    }

    private sealed record Tick : INoSerializationVerificationNeeded
    {
        public static readonly Tick Instance = new();
    }

    private sealed record LookFailed(string Reason) : INoSerializationVerificationNeeded;

    /// <summary>From the coordinator: go on under another definition of the same name.</summary>
    internal sealed record Redefine(PipelineDefinition Definition) : INoSerializationVerificationNeeded;

    /// <summary>From the coordinator: the application was stopped, not merely moved, so its consumers go too.</summary>
    internal sealed record Leave : INoSerializationVerificationNeeded
    {
        public static readonly Leave Instance = new();
    }
}
