using System.Collections.Immutable;
using ActorStreams.Shards.Log;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Event;
using Akka.Persistence;
using static ActorStreams.Shards.Streams.StreamProtocol;

namespace ActorStreams.Shards.Streams;

/// <summary>
/// One life of a stream: owns the shard map and carries create, reshard and delete out as processes that resume after a crash at any
/// point. It also sweeps its shards for records past their retention.
/// </summary>
public sealed partial class StreamActor : UntypedPersistentActor, IWithTimers
{
    /// <summary>Events after which the state is snapshotted. They stay, so an unreadable snapshot costs time and nothing else.</summary>
    private const int SnapshotEvents = 200;

    /// <summary>Shards of a deleted stream that end at once: a thousand together would keep the store from everybody else for seconds.</summary>
    private const int EndsMax = 16;

    private static readonly TimeSpan s_retryAfter = TimeSpan.FromMilliseconds(500);
    private readonly StreamKey _key;
    private readonly TimeProvider _time;
    private readonly RetentionClock _clock;
    private readonly Recoveries _recoveries;
    private readonly HotKeys _hotKeys;
    private readonly ITimer _sweep;
    private readonly ILoggingAdapter _log = Context.GetLogger();

    // Shards that are done with the present step of a create, delete or change of encryption.
    private readonly HashSet<int> _done = [];
    private StreamState _state = StreamState.Unborn;
    private bool _noted;

    public StreamActor(StreamKey key, ShardServices services, RetentionClock clock)
    {
        _key = key;
        _time = services.Time;
        _clock = clock;
        _recoveries = services.Recoveries;
        _hotKeys = services.HotKeys;
        _scaling = new OnDemandScaling(services.Options.OnDemand);
        var self = Self;
        _lookInterval = services.Options.OnDemand.LookInterval;
        var sweep = services.Options.RetentionSweepInterval;
        _sweep = _time.CreateTimer(_ => self.Tell(SweepTick.Instance), null, sweep, sweep);
    }

    public override string PersistenceId => _key.PersistenceId;

    public override Recovery Recovery => new(new SnapshotSelectionCriteria(_recoveries.SnapshotRowMax(PersistenceId)));

    public ITimerScheduler Timers { get; set; } = null!;

    private long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case SnapshotOffer { Snapshot: UnreadableSnapshot unreadable } offer:
                _recoveries.SnapshotUnreadable(PersistenceId, offer.Metadata.SequenceNr);
                throw new UnreadableSnapshotException(
                    $"The snapshot of row {offer.Metadata.SequenceNr} cannot be read, the next recovery goes by the events alone: {unreadable.Detail}");
            case SnapshotOffer { Snapshot: StreamState snapshot }:
                _state = snapshot;
                break;
            case StreamEvents.IStreamEvent e:
                _state = _state.Apply(e);
                break;
            case RecoveryCompleted:
                _recoveries.Succeeded(PersistenceId);
                GoOn();
                break;
        }
    }

    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case Create create:
                if (_state.Decide(create) is { } created) PersistAndGoOn(created);
                else if (_state.Lifecycle == StreamLifecycle.Active) TellCatalogue();
                break;
            case Delete delete:
                OnDelete(delete);
                break;
            case Describe:
                Sender.Tell(_state.Describe(_key) is { } description ? new DescribeReply.Found(description) : new DescribeReply.NotFound(_key));
                break;
            case Update update:
                OnUpdate(update, Sender);
                break;
            case CatalogueProtocol.ReserveReply reserved:
                OnReserved(reserved);
                break;
            case ShardProtocol.OpenReply.Opened opened:
                OnOpened(opened);
                break;
            case ShardProtocol.CloseReply.Closed closed:
                OnClosed(closed);
                break;
            case ShardProtocol.EncryptReply.Encrypted encrypted:
                OnEncrypted(encrypted);
                break;
            case ShardProtocol.EncryptReply.Refused refused:
                _log.Warning("Stream {0}: {1} does not take its encryption key: {2}", _key, refused.Shard.ShardId, refused.Detail);
                break;
            case ShardProtocol.EndReply.Ended ended:
                OnEnded(ended);
                break;
            case ShardProtocol.OpenReply.Refused refused:
                _log.Warning("Stream {0}: {1} does not open: {2}", _key, refused.Shard.ShardId, refused.Reason);
                break;
            case ShardProtocol.CloseReply.Refused { Error: ShardProtocol.AppendError.NotReady or ShardProtocol.AppendError.OutcomeUnknown or ShardProtocol.AppendError.Overloaded }:
                // Asked again in a moment.
                break;
            case ShardProtocol.CloseReply.Refused refused:
                _log.Error("Stream {0}: {1} does not close: {2}", _key, refused.Shard.ShardId, refused.Detail);
                break;
            case ShardProtocol.EndReply.Refused refused:
                _log.Warning("Stream {0}: {1} does not end: {2}", _key, refused.Shard.ShardId, refused.Reason);
                break;
            case ShardProtocol.TrimReply.Refused refused:
                _log.Warning("Stream {0}: {1} was not trimmed: {2}", _key, refused.Shard.ShardId, refused.Reason);
                break;
            case CatalogueProtocol.Noted noted:
                _noted |= noted.Counts == Counts;
                if (_state.Lifecycle is StreamLifecycle.Deleted or StreamLifecycle.Unborn) Context.Parent.Tell(new Passivate(PoisonPill.Instance));
                break;
            case ShardProtocol.LoadReply.Measured load:
                OnLoad(load);
                break;
            case LookTick:
                LookAtLoad();
                break;
            case ReserveTimeout:
                OnReserveTimeout();
                break;
            case RetryTick:
                GoOn();
                break;
            case SweepTick:
                Sweep();
                break;
            case SaveSnapshotSuccess saved:
                DeleteSnapshots(new SnapshotSelectionCriteria(saved.Metadata.SequenceNr - 1));
                break;
            case SaveSnapshotFailure failure:
                _log.Warning("Stream {0} has no snapshot of row {1}: {2}", _key, failure.Metadata.SequenceNr, failure.Cause.Message);
                break;
            case Wake or UpdateReply or ShardProtocol.LoadReply or ShardProtocol.TrimReply.Trimmed or DeleteMessagesSuccess or DeleteMessagesFailure or DeleteSnapshotsSuccess or DeleteSnapshotsFailure:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnDelete(Delete delete)
    {
        if (_state.Decide(delete) is { } deletion)
        {
            _done.Clear();
            PersistAndGoOn(deletion);
        }
        else if (_state.Lifecycle is StreamLifecycle.Unborn or StreamLifecycle.Deleted)
        {
            // A create that never reached us leaves nothing to delete.
            TellCatalogue();
        }
    }

    private void OnOpened(ShardProtocol.OpenReply.Opened opened)
    {
        if (_state.Lifecycle == StreamLifecycle.Creating)
        {
            if (_done.Add(opened.Shard.Shard) && _done.Count == _state.Shards.Length) PersistAndGoOn(StreamEvents.Activated.Instance);
        }
        else
        {
            OnChildOpened(opened.Shard.Shard);
        }
    }

    private void OnEnded(ShardProtocol.EndReply.Ended ended)
    {
        if (_state.Lifecycle == StreamLifecycle.Deleting)
        {
            if (!_done.Add(ended.Shard.Shard)) return;
            if (_state.Numbers.All(_done.Contains)) PersistAndGoOn(StreamEvents.Deleted.Instance);
            else if (_done.Count % EndsMax == 0) GoOn();
        }
        else if (_state.Slot(ended.Shard.Shard) is { IsOpen: false })
        {
            PersistAndGoOn(new StreamEvents.ShardsForgotten([ended.Shard.Shard]));
        }
    }

    private void PersistAndGoOn(StreamEvents.IStreamEvent e, Action? durable = null) => Persist(e, _ =>
    {
        _state = _state.Apply(e);
        if (e is StreamEvents.EncryptionStarted) _done.Clear();
        // What the catalogue counts and lists may be another now.
        if (e is not StreamEvents.StepsPlanned) _noted = false;
        if (e is StreamEvents.Deleted) DeleteMessages(LastSequenceNr - 1);
        else if (LastSequenceNr % SnapshotEvents == 0) SaveSnapshot(_state);
        durable?.Invoke();
        // The other steps of a reshard are under way already, and are asked after by the retry.
        if (e is not StreamEvents.ShardsReplaced || _state.Resharding is not { Steps.IsEmpty: false }) GoOn();
    });

    /// <summary>The next step of what is under way; harmless to repeat, so it also is the retry.</summary>
    private void GoOn()
    {
        LookIfOnDemand();
        var unfinished = true;
        switch (_state.Lifecycle)
        {
            case StreamLifecycle.Creating:
                TellShards(_state.Shards.Select(s => s.Number), number => Opening(_state.Slot(number)!, 0, []));
                break;
            case StreamLifecycle.Deleting:
                TellShards(_state.Numbers.Where(n => !_done.Contains(n)).Take(EndsMax), number => new ShardProtocol.End(Key(number)));
                break;
            case StreamLifecycle.Active when _state.Resharding is not null:
                GoOnResharding();
                break;
            case StreamLifecycle.Active when _state.IsChangingEncryption:
                GoOnEncrypting();
                break;
            default:
                unfinished = false;
                break;
        }
        if (_state.Lifecycle is StreamLifecycle.Active or StreamLifecycle.Deleted && !_noted)
        {
            TellCatalogue();
            unfinished = true;
        }
        if (unfinished) Timers.StartSingleTimer(nameof(RetryTick), RetryTick.Instance, s_retryAfter);
    }

    private ShardKey Key(int number) => new(_key.Region, _key.Incarnation, number);

    private ShardProtocol.Open Opening(ShardSlot slot, long arrivalFloorMs, ImmutableArray<ProducerEntry> inherited) =>
        new(Key(slot.Number), slot.Range, slot.Generation, slot.Parents, arrivalFloorMs, inherited, KeyName);

    private void TellShards(IEnumerable<int> numbers, Func<int, ShardProtocol.ICommand> command)
    {
        var shards = Regions.Of(Context.System, Regions.Shards);
        foreach (var number in numbers)
        {
            if (!_done.Contains(number)) shards.Tell(command(number), Self);
        }
    }

    /// <summary>Null where there are none to tell: a reshard that is asked for or under way holds on to what was reserved for it.</summary>
    private CatalogueProtocol.StreamCounts? Counts => _reserving is null && _state is { Lifecycle: StreamLifecycle.Active, Resharding: null }
        ? new CatalogueProtocol.StreamCounts(_state.Open.Count(), _state.Configuration.Mode, _state.IsUpdating)
        : null;

    private void TellCatalogue() => Regions.Of(Context.System, Regions.Catalogues).Tell(
        _state.Lifecycle == StreamLifecycle.Active
            ? new CatalogueProtocol.StreamReady(_key.Region, _key.Incarnation, Counts)
            : new CatalogueProtocol.StreamGone(_key.Region, _key.Incarnation),
        Self);

    private void Sweep()
    {
        if (_state.Lifecycle != StreamLifecycle.Active || _clock.IsSettling) return;
        var now = _clock.Read();
        if (_clock.IsHolding)
        {
            _log.Warning("Stream {0}: the clock jumped from {1} to {2}; retention goes by the former for an hour.", _key, now, _time.GetUtcNow());
        }
        var beforeMs = now.AddHours(-_state.Configuration.RetentionHours).ToUnixTimeMilliseconds();
        var forgotten = _state.ClosedBefore(beforeMs).ToHashSet();
        var shards = Regions.Of(Context.System, Regions.Shards);
        foreach (var slot in _state.Shards)
            shards.Tell(forgotten.Contains(slot.Number) ? new ShardProtocol.End(Key(slot.Number)) : new ShardProtocol.Trim(Key(slot.Number), beforeMs), Self);
    }

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) =>
        _log.Warning("Stream {0} stops: row {1} was not confirmed: {2}", _key, sequenceNr, cause.Message);

    protected override void OnRecoveryFailure(Exception reason, object? message = null)
    {
        if (_recoveries.Failed(PersistenceId, reason.Message)) _log.Error(reason, "Stream {0} does not recover: {1}", _key, reason.Message);
    }

    protected override void PostStop()
    {
        _sweep.Dispose();
        StopLooking();
        RefusePending();
        base.PostStop();
    }

    private sealed class RetryTick : INoSerializationVerificationNeeded
    {
        public static readonly RetryTick Instance = new();
    }

    private sealed class SweepTick : INoSerializationVerificationNeeded
    {
        public static readonly SweepTick Instance = new();
    }
}
