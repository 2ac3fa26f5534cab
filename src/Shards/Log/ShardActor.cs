using System.Diagnostics;
using ActorStreams.Shards.Encryption;
using ActorStreams.Shards.Store;
using ActorStreams.Shards.Streams;
using ActorStreams.Shards.Transfer;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Event;
using Akka.Persistence;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Shards.Log;

/// <summary>
/// The owner of one shard. Commands queue raw while a write is in flight; when it is confirmed all of them are decided against
/// confirmed state and become one event, one write. Everything is answered from the persist callback.
/// <code>
/// Recovering ──▶ Unborn ──Opened──▶ Serving ──Drain──▶ (last write, snapshot) ──▶ stopped
///          ├──▶ Owning (Owned in flight) ──▶ Serving
///          └──▶ HeldBack (lost to another owner a moment ago) ──▶ stopped
/// any write fails ──▶ stopped; the next message recovers it from the store, which alone knows what was written
/// </code>
/// </summary>
public sealed partial class ShardActor : UntypedPersistentActor, IWithTimers
{
    /// <summary>
    /// A confirmation that comes later than this after the store last agreed acknowledges nothing: deletion frees row numbers, so an
    /// owner that was stopped for longer than rows are kept could write into one that another owner wrote and gave up. Far above the
    /// journal's own time-out, far below the shortest retention.
    /// </summary>
    private static readonly TimeSpan ConfirmationAgeMax = TimeSpan.FromMinutes(2);

    private readonly ShardKey _key;
    private readonly ShardServices _services;
    private readonly ShardQueue _queue;
    private readonly ShardReads _reads;
    private readonly ShardDeletion _deletion;
    private readonly LoadMeter _load;
    private readonly ShardCalls _calls;
    private readonly StoreAgreement _agreement;
    private readonly ShardSealer _sealer;
    private readonly List<ShardQueue.Waiting> _inFlight = [];
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private ShardState _state = ShardState.Unborn;
    private RecordTail _tail;
    private StoreAgreement.Moment _writeIssuedAt;
    private Activity? _writing;
    private int _rowsInFlight;
    private bool _owned;
    private bool _draining;
    private string? _heldBack;
    private string _stopReason = "The shard is moving or its node is stopping.";

    public ShardActor(ShardKey key, ShardServices services)
    {
        _key = key;
        _services = services;
        _queue = new ShardQueue(services.Options);
        _tail = new RecordTail(0, services.Tails, default);
        _agreement = new StoreAgreement(services.Time);
        _load = new LoadMeter(services.Time);
        _reads = new ShardReads(key, services, Self, this, _agreement);
        _calls = new ShardCalls(key, services, Self, this, _log);
        _sealer = new ShardSealer(key, services.Keys, _log);
        _deletion = new ShardDeletion(key, services, Self, DeleteMessages, DeleteSnapshots, () => SaveSnapshot(_state), _log);
    }

    public static Props Props(ShardKey key, ShardServices services) => Akka.Actor.Props.Create(() => new ShardActor(key, services));

    public override string PersistenceId => _key.PersistenceId;

    public override Recovery Recovery => new(new SnapshotSelectionCriteria(_services.Recoveries.SnapshotRowMax(_key.PersistenceId)));

    private bool Writing => _rowsInFlight > 0;

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case SnapshotOffer { Snapshot: ShardState snapshot } offer:
                _state = snapshot;
                _deletion.SnapshotFound(offer.Metadata.SequenceNr);
                _calls.SnapshotFound(snapshot);
                break;
            case SnapshotOffer { Snapshot: UnreadableSnapshot unreadable } offer:
                _services.Recoveries.SnapshotUnreadable(PersistenceId, offer.Metadata.SequenceNr);
                throw new UnreadableSnapshotException(
                    $"The snapshot of row {offer.Metadata.SequenceNr} cannot be read, the next recovery begins at an older one: {unreadable.Detail}");
            case ShardEvents.IShardEvent e:
                _state = _state.Apply(e, LastSequenceNr);
                if (e is ShardEvents.RecordsAppended replayed) _calls.Stored(replayed.Batch.Calls());
                break;
            case RecoveryCompleted:
                Recovered();
                break;
        }
    }

    private void Recovered()
    {
        _services.Recoveries.Succeeded(PersistenceId);
        if (_state.LastRow != LastSequenceNr)
        {
            // The newest event of a shard is never deleted, so another owner wrote, trimmed and deleted while this recovery stood still.
            _stopReason = $"The journal has row {LastSequenceNr} where the newest event replayed is of row {_state.LastRow}.";
            _log.Warning("Shard {0} stops to recover anew: {1}", _key, _stopReason);
            Context.Stop(Self);
            return;
        }
        _tail = new RecordTail(_services.Options.TailBytesMax, _services.Tails, _state.Bounds.AfterTip);
        if (_state.Lifecycle is ShardLifecycle.Unborn or ShardLifecycle.Ended)
        {
            // Neither serves records, so neither needs an owner. Most are asked by mistake and may go again.
            Context.SetReceiveTimeout(TimeSpan.FromSeconds(30));
            return;
        }
        var held = _state.OwnerNode == _services.Node ? TimeSpan.Zero : _services.Lost.Refuse(PersistenceId);
        if (held > TimeSpan.Zero)
        {
            _heldBack = $"The shard was lost to {_state.OwnerNode}; this node does not take it back for {held.TotalSeconds:0.0} s.";
            _log.Warning("Shard {0}: {1}", _key, _heldBack);
            Timers.StartSingleTimer(nameof(HeldLongEnough), HeldLongEnough.Instance, held);
            return;
        }
        var isChange = _state.OwnerNode != _services.Node;
        Write(new ShardEvents.Owned(_state.OwnerEpoch + 1, _services.Node), () => Owned(isChange));
    }

    private void Owned(bool isChange)
    {
        _services.Metrics.Owned(isChange);
        _owned = true;
        _services.Lost.Owned(PersistenceId);
    }

    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case Read read:
                OnRead(read, Sender);
                break;
            case Subscribe subscribe:
                OnSubscribe(subscribe);
                break;
            case TransferProtocol.OfferAppend { Block: { } block } offer:
                OnRequest(offer.With(block));
                break;
            case TransferProtocol.OfferAppend offer:
                OnOffer(offer);
                break;
            case ICommand command:
                OnRequest(command);
                break;
            case MeasureLoad measure:
                Sender.Tell(_owned ? _load.Measure(measure.Shard) : new LoadReply.Refused(AppendError.NotReady, "The shard is not owned yet."));
                break;
            case Inspect:
                OnInspect();
                break;
            case FindCalls find:
                OnFindCalls(find);
                break;
            case ShardCalls.CallsRead read:
                foreach (var (append, replyTo) in _calls.Loaded(read, _state)) _queue.TryAdd(append, replyTo);
                if (!Writing) Flush();
                break;
            case ShardCalls.CallsNotRead failed:
                _calls.NotLoaded(failed.Cause);
                break;
            case ShardCalls.Expired:
                _calls.Expire();
                break;
            case ShardReads.TipProbed probed:
                OnTipProbed(probed);
                break;
            case ShardReads.TipProbeFailed failed:
                var unconfirmed = $"The store does not confirm the tip: {failed.Cause.Message}";
                _reads.FailUntrusted(unconfirmed);
                if (!Writing) _queue.RefuseAll(AppendError.NotReady, unconfirmed);
                break;
            case ShardReads.ParkedExpired:
                _reads.AnswerExpired(_state, _tail);
                break;
            case ShardDeletion.TrimFound found:
                OnTrimFound(found);
                break;
            case ShardDeletion.IProgress progress:
                _deletion.Advance(progress, _state);
                break;
            case DeleteMessagesSuccess deleted:
                _deletion.Deleted(deleted.ToSequenceNr, _state);
                break;
            case DeleteMessagesFailure failure:
                _deletion.Failed(failure.Cause);
                break;
            case SaveSnapshotSuccess saved:
                _deletion.SnapshotSaved(saved.Metadata.SequenceNr, _state);
                StopIfDrained();
                break;
            case SaveSnapshotFailure failure:
                _log.Warning("Shard {0}: no snapshot of row {1}: {2}", _key, failure.Metadata.SequenceNr, failure.Cause.Message);
                _deletion.SnapshotFailed();
                StopIfDrained();
                break;
            case Drain:
                _draining = true;
                _queue.RefuseAll(AppendError.NotReady, _stopReason);
                _reads.RefuseAll(_stopReason);
                _calls.RefuseAll(_stopReason);
                if (!Writing && _owned && _deletion.UnsnapshottedRows > 0) _deletion.Snapshot();
                StopIfDrained();
                break;
            case HeldLongEnough:
            case ReceiveTimeout:
                Context.Parent.Tell(new Passivate(Drain.Instance));
                break;
            case DeleteSnapshotsSuccess or DeleteSnapshotsFailure or DeleteSnapshotSuccess or DeleteSnapshotFailure:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnRequest(ICommand command)
    {
        if (_draining || _heldBack is not null)
        {
            Sender.Tell(Refusals.Of(command, AppendError.NotReady, _heldBack ?? _stopReason));
            return;
        }
        if (command is Append append && _calls.Holds(append, Sender, isEarly: !_owned)) return;
        if (!_queue.TryAdd(command, Sender)) return;
        if (!Writing) Flush();
        PassivateUnborn();
    }

    /// <summary>It comes back as an append when its block is here. What refuses it now would refuse it then.</summary>
    private void OnOffer(TransferProtocol.OfferAppend offer)
    {
        if (_draining || _heldBack is not null) Sender.Tell(Refusals.Of(offer, AppendError.NotReady, _heldBack ?? _stopReason));
        else _services.Incoming.Tell(new AppendReceiver.Fetch(offer, Sender, Self));
    }

    private void OnInspect()
    {
        if (_state.Lifecycle is ShardLifecycle.Unborn or ShardLifecycle.Ended)
        {
            Sender.Tell(new InspectReply.Refused(_state.Refuse()!.Value.Error, _state.Refuse()!.Value.Detail));
            PassivateUnborn();
        }
        else if (!_owned || _draining || _heldBack is not null)
            Sender.Tell(new InspectReply.Refused(AppendError.NotReady, _heldBack ?? (_draining ? _stopReason : "The shard is not owned yet.")));
        else
        {
            var (records, bytes) = _state.Retained;
            Sender.Tell(new InspectReply.Found(
                _key, _state.Range, _state.Parents, _state.Bounds, _services.Address, _state.OwnerEpoch, records, bytes, _load.Flow, _reads.Flow,
                _load.HotKeys(), _state.Producers.Count));
        }
    }

    private void OnFindCalls(FindCalls find)
    {
        if (_draining || _heldBack is not null)
            Sender.Tell(Refusals.Of(find, AppendError.NotReady, _heldBack ?? _stopReason));
        else if (!_owned && (_state.Lifecycle is ShardLifecycle.Open or ShardLifecycle.Closed))
            // A recovery that stood still does not know what another owner stored meanwhile; owning tells.
            Sender.Tell(Refusals.Of(find, AppendError.NotReady, "The shard is not owned yet."));
        else
            _calls.Find(find, Sender, _state);
        PassivateUnborn();
    }

    /// <summary>Another incarnation may open the shard meanwhile, so an unborn one does not stay to say that there is none.</summary>
    private void PassivateUnborn()
    {
        if (_state.Lifecycle == ShardLifecycle.Unborn && !Writing) Context.Parent.Tell(new Passivate(Drain.Instance));
    }

    private void OnRead(Read read, IActorRef replyTo)
    {
        if (_draining || _heldBack is not null)
            replyTo.Tell(new ReadReply.Refused(AppendError.NotReady, _heldBack ?? _stopReason));
        else if (_state.Lifecycle is ShardLifecycle.Unborn or ShardLifecycle.Ended)
        {
            replyTo.Tell(new ReadReply.Refused(_state.Refuse()!.Value.Error, _state.Refuse()!.Value.Detail));
            PassivateUnborn();
        }
        else
            _reads.Add(read, replyTo, _state, _tail, probe: !Writing);
    }

    private void OnSubscribe(Subscribe subscribe)
    {
        if (_draining || _heldBack is not null)
            Sender.Tell(Refusals.Of(subscribe, AppendError.NotReady, _heldBack ?? _stopReason));
        else if (_state.Lifecycle is ShardLifecycle.Unborn or ShardLifecycle.Ended)
        {
            Sender.Tell(Refusals.Of(subscribe, _state.Refuse()!.Value.Error, _state.Refuse()!.Value.Detail));
            PassivateUnborn();
        }
        else
            Sender.Tell(_reads.Subscribe(subscribe.Subscription));
    }

    private void OnTipProbed(ShardReads.TipProbed probed)
    {
        _reads.ProbeEnded();
        // A row beyond those in flight is another owner's. Those in flight tell by themselves whose they are.
        if (probed.HighestRow > _state.LastRow + _rowsInFlight)
        {
            _stopReason = $"Another owner has written up to row {probed.HighestRow}, beyond row {_state.LastRow}.";
            _log.Warning("Shard {0}: {1}", _key, _stopReason);
            Context.Stop(Self);
        }
        else if (!Writing || probed.HighestRow <= _state.LastRow)
        {
            _reads.Trust(probed.AskedAt);
            _reads.AnswerAll(_state, _tail);
            if (!Writing) Flush();
        }
    }

    private void OnTrimFound(ShardDeletion.TrimFound found)
    {
        _deletion.TrimSearched();
        if (found.Cause is { } cause) found.ReplyTo.Tell(new TrimReply.Refused(_key, $"The store could not be searched: {cause.Message}"));
        else if (found.Row <= _state.TrimmedToRow) found.ReplyTo.Tell(new TrimReply.Trimmed(_key, _state.TrimmedToRow));
        else if (_queue.TryAdd(new ShardDeletion.TrimTo(_key, found.Row), found.ReplyTo) && !Writing) Flush();
        _deletion.Start(_state);
    }

    private void StopIfDrained()
    {
        if (!_draining || Writing || _deletion.SnapshotPending) return;
        if (_owned) _services.Lost.HandedOver(PersistenceId);
        Context.Stop(Self);
    }

    /// <summary>The actor stops after this. Whether the row was written, only the store knows.</summary>
    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        var lost = StoreFaults.IsLostWrite(cause);
        _services.Metrics.WriteFailed(lost);
        if (!lost) _services.Watch?.WriteFailed(cause);
        _stopReason = lost
            ? $"Row {sequenceNr} or one written with it was there already."
            : $"The store did not confirm row {sequenceNr}: {cause.Message}";
        // A full disk or a database that went away says the same to every shard.
        if (_services.Lines.Allows(lost ? "lost write" : cause.GetBaseException().Message, out var note)) _log.Warning("Shard {0} stops: {1}{2}", _key, _stopReason, note);
        else _log.Debug("Shard {0} stops: {1}", _key, _stopReason);
    }

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        // It leaves a gap in the row numbers, which recovery closes.
        _stopReason = $"The journal rejected row {sequenceNr}: {cause.Message}";
        _log.Error(cause, "Shard {0} stops: {1}", _key, _stopReason);
        Context.Stop(Self);
    }

    protected override void OnRecoveryFailure(Exception reason, object? message = null)
    {
        _stopReason = $"The shard does not recover after row {_state.LastRow}: {reason.Message}";
        if (_services.Recoveries.Failed(PersistenceId, _stopReason)) _log.Error(reason, "Shard {0}: {1}", _key, _stopReason);
        else _log.Debug("Shard {0}: {1}", _key, _stopReason);
    }

    protected override void PostStop()
    {
        foreach (var waiting in _inFlight)
            waiting.ReplyTo.Tell(Refusals.Of(waiting.Command, AppendError.OutcomeUnknown, _stopReason));
        _queue.RefuseAll(AppendError.NotReady, _stopReason);
        _reads.RefuseAll(_stopReason);
        _calls.RefuseAll(_stopReason);
        EndTrace(_stopReason);
        if (_owned) _services.Metrics.Disowned();
        _tail.Clear();
        _reads.Dispose();
        _calls.Dispose();
        _sealer.Dispose();
        base.PostStop();
    }

    /// <summary>Sent at hand-over and shutdown: finish the write in flight, refuse the rest, stop.</summary>
    public sealed class Drain : INoSerializationVerificationNeeded
    {
        public static readonly Drain Instance = new();
    }

    private sealed class HeldLongEnough : INoSerializationVerificationNeeded
    {
        public static readonly HeldLongEnough Instance = new();
    }
}
