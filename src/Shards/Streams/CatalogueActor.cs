using ActorStreams.Shards.Log;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Event;
using Akka.Persistence;
using static ActorStreams.Shards.Streams.CatalogueProtocol;

namespace ActorStreams.Shards.Streams;

/// <summary>
/// Names, quota and listing of one region. Creates and deletes are decided here and carried out by the streams' own actors, which
/// it tells again and again until they say that they are done: after a crash at any point the work goes on.
/// </summary>
public sealed class CatalogueActor : UntypedPersistentActor, IWithTimers
{
    /// <summary>Events after which the state is snapshotted, so that recovery does not grow with every stream that ever was.</summary>
    private const int SnapshotEvents = 200;
    private static readonly TimeSpan s_remindAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_idleAfter = TimeSpan.FromSeconds(30);
    private readonly string _region;
    private readonly int _shardQuota;
    private readonly TimeProvider _time;
    private readonly Recoveries _recoveries;
    private readonly TimeSpan _awakenInterval;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private CatalogueState _state = CatalogueState.Empty;
    private (IActorRef ReplyTo, object Unavailable)? _pending;
    private long _wokeAt;

    /// <param name="awakenInterval">Every node tells it to be awake so often; once in it the streams are told.</param>
    public CatalogueActor(string persistenceId, int shardQuota, TimeProvider time, Recoveries recoveries, TimeSpan awakenInterval)
    {
        _awakenInterval = awakenInterval;
        _recoveries = recoveries;
        PersistenceId = persistenceId;
        _region = persistenceId[Regions.CataloguePrefix.Length..];
        _shardQuota = shardQuota;
        _time = time;
    }

    public override string PersistenceId { get; }

    public override Recovery Recovery => new(new SnapshotSelectionCriteria(_recoveries.SnapshotRowMax(PersistenceId)));

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case SnapshotOffer { Snapshot: UnreadableSnapshot unreadable } offer:
                _recoveries.SnapshotUnreadable(PersistenceId, offer.Metadata.SequenceNr);
                throw new UnreadableSnapshotException(
                    $"The snapshot of row {offer.Metadata.SequenceNr} cannot be read, the next recovery goes by the events alone: {unreadable.Detail}");
            case SnapshotOffer { Snapshot: CatalogueState snapshot }:
                _state = snapshot;
                break;
            case CatalogueEvents.ICatalogueEvent e:
                _state = _state.Apply(e);
                break;
            case RecoveryCompleted:
                _recoveries.Succeeded(PersistenceId);
                // The region is whatever name a client signs with, so an empty one does not stay in memory.
                Context.SetReceiveTimeout(s_idleAfter);
                WakeStreams();
                ScheduleReminders();
                break;
        }
    }

    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case Create create:
                var (registered, createRefused) = _state.Decide(create, _shardQuota, _time.GetUtcNow().ToUnixTimeMilliseconds());
                PersistOrAnswer(registered, createRefused, new CreateReply.Unavailable("The store did not confirm the stream."),
                    () => new CreateReply.Created(registered!.Incarnation));
                break;
            case Delete delete:
                var (deleting, deleteRefused) = _state.Decide(delete);
                PersistOrAnswer(deleting, deleteRefused, new DeleteReply.Unavailable("The store did not confirm the deletion."),
                    () => new DeleteReply.Deleting(deleting!.Incarnation));
                break;
            case StreamReady ready:
                PersistOrAnswer(_state.Decide(ready), null, null, () => new Noted(_region, ready.Incarnation, ready.Counts));
                break;
            case StreamGone gone:
                PersistOrAnswer(_state.Decide(gone), null, null, () => new Noted(_region, gone.Incarnation));
                break;
            case Reserve reserve:
                var (counted, reserveRefused) = _state.Decide(reserve, _shardQuota);
                PersistOrAnswer(counted, reserveRefused, null, () => new ReserveReply.Reserved(reserve.Incarnation, reserve.Shards));
                break;
            case DescribeRegion:
                Sender.Tell(_state.Describe(_shardQuota));
                break;
            case Lookup lookup:
                Sender.Tell(_state.Streams.TryGetValue(lookup.Name, out var entry) ? new LookupReply.Found(entry) : new LookupReply.NotFound());
                break;
            case List list:
                Sender.Tell(_state.Page(list.ExclusiveStart, list.Limit));
                break;
            case Wake:
                if (_time.GetElapsedTime(_wokeAt) >= _awakenInterval) WakeStreams();
                Sender.Tell(new Awake(_region));
                break;
            case RemindTick:
                foreach (var unfinished in _state.Streams.Values) Remind(unfinished, wake: false);
                ScheduleReminders();
                break;
            case ReceiveTimeout:
                if (_state.Streams.IsEmpty) Context.Parent.Tell(new Passivate(PoisonPill.Instance));
                break;
            case SaveSnapshotSuccess saved:
                // The events stay, so an unreadable snapshot costs time and nothing else.
                DeleteSnapshots(new SnapshotSelectionCriteria(saved.Metadata.SequenceNr - 1));
                break;
            case SaveSnapshotFailure failure:
                _log.Warning("The catalogue of {0} has no snapshot of row {1}: {2}", _region, failure.Metadata.SequenceNr, failure.Cause.Message);
                break;
            case DeleteSnapshotsSuccess or DeleteSnapshotsFailure:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void PersistOrAnswer(CatalogueEvents.ICatalogueEvent? e, object? refusal, object? unavailable, Func<object> reply)
    {
        if (e is null)
        {
            Sender.Tell(refusal ?? reply());
            return;
        }
        var replyTo = Sender;
        if (unavailable is not null) _pending = (replyTo, unavailable);
        Persist(e, _ =>
        {
            _pending = null;
            _state = _state.Apply(e);
            if (LastSequenceNr % SnapshotEvents == 0) SaveSnapshot(_state);
            replyTo.Tell(reply());
            var touched = e switch
            {
                CatalogueEvents.StreamRegistered r => _state.Streams[r.Name],
                CatalogueEvents.StreamDeleting d => _state.Streams.Values.First(s => s.Incarnation == d.Incarnation),
                _ => null,
            };
            if (touched is not null) Remind(touched, wake: false);
            ScheduleReminders();
        });
    }

    private void WakeStreams()
    {
        _wokeAt = _time.GetTimestamp();
        foreach (var entry in _state.Streams.Values) Remind(entry, wake: true);
    }

    private void Remind(Entry entry, bool wake)
    {
        var key = new StreamKey(_region, entry.Incarnation);
        StreamProtocol.IRequest? reminder = entry.Status switch
        {
            StreamStatus.Creating => new StreamProtocol.Create(key, entry.Name, entry.Shards, entry.Configuration ?? StreamConfiguration.Plain(entry.Mode), entry.CreatedAtMs),
            StreamStatus.Deleting => new StreamProtocol.Delete(key),
            _ => wake ? new StreamProtocol.Wake(key) : null,
        };
        if (reminder is not null) Regions.Of(Context.System, Regions.Streams).Tell(reminder, Self);
    }

    private void ScheduleReminders()
    {
        // Not put off by every create: those before it wait for it.
        if (!Timers.IsTimerActive(nameof(RemindTick)) && _state.Streams.Values.Any(s => s.Status is StreamStatus.Creating or StreamStatus.Deleting))
            Timers.StartSingleTimer(nameof(RemindTick), RemindTick.Instance, s_remindAfter);
    }

    protected override void OnRecoveryFailure(Exception reason, object? message = null)
    {
        if (_recoveries.Failed(PersistenceId, reason.Message)) _log.Error(reason, "The catalogue of {0} does not recover: {1}", _region, reason.Message);
    }

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) =>
        _log.Warning("The catalogue of {0} stops: row {1} was not confirmed: {2}", _region, sequenceNr, cause.Message);

    protected override void PostStop()
    {
        if (_pending is { } pending) pending.ReplyTo.Tell(pending.Unavailable);
        base.PostStop();
    }

    private sealed class RemindTick : INoSerializationVerificationNeeded
    {
        public static readonly RemindTick Instance = new();
    }
}
