using ActorStreams.Shards.Log;
using Akka.Event;
using Akka.Persistence;
using static ActorStreams.Pipelines.Leases.ApplicationEvents;

namespace ActorStreams.Pipelines.Leases;

/// <content>Recovery and snapshots: interruptions and pauses go on for as long as the application lives, its journal does not.</content>
public sealed partial class ApplicationActor
{
    /// <summary>Small enough for a quick recovery, large enough that snapshots are rare.</summary>
    private const int EventsPerSnapshot = 100;

    // Journal rows of the two newest snapshots, the older first.
    private (long Older, long Newer) _snapshotRows;
    private long _snapshotTriedAt;

    private void RecoverState()
    {
        Recover<IApplicationEvent>(e => _state = _state.Apply(e));
        Recover<SnapshotOffer>(offer =>
        {
            if (offer.Snapshot is UnreadableSnapshot unreadable)
            {
                _services.Recoveries.SnapshotUnreadable(PersistenceId, offer.Metadata.SequenceNr);
                throw new UnreadableSnapshotException(
                    $"The snapshot of row {offer.Metadata.SequenceNr} cannot be read, the next start begins at an older one: {unreadable.Detail}");
            }
            _state = ((ApplicationSnapshot)offer.Snapshot).State;
            _snapshotRows = (0, offer.Metadata.SequenceNr);
            _snapshotTriedAt = offer.Metadata.SequenceNr;
        });
        Recover<RecoveryCompleted>(_ =>
        {
            _services.Recoveries.Succeeded(PersistenceId);
            // Nothing is done before this is durable, so that a former incarnation, one that was stopped and woke, acknowledges no pause or reset
            // that this one does not know of.
            List<IApplicationEvent> events = [new ApplicationTookOver(NowMs)];
            if (_definition.CreatedMs is { } created && created != _state.CreatedMs) events.Add(new ApplicationCreated(created, NowMs));
            var left = events.Count;
            PersistAll(events, e =>
            {
                Apply(e);
                if (--left == 0) BeginRound();
            });
        });
    }

    /// <summary>A durable event.</summary>
    private void Apply(IApplicationEvent e)
    {
        _state = _state.Apply(e);
        _changedAt = _services.Time.GetTimestamp();
        Note(e);
        if (LastSequenceNr - _snapshotTriedAt < EventsPerSnapshot) return;
        _snapshotTriedAt = LastSequenceNr;
        SaveSnapshot(new ApplicationSnapshot(_state));
    }

    /// <summary>Two snapshots stay, and the journal from the older one on, so that an unreadable newest one costs a replay and no more.</summary>
    private void CommandSnapshotAnswers()
    {
        Command<SaveSnapshotSuccess>(saved =>
        {
            _snapshotRows = (_snapshotRows.Newer, saved.Metadata.SequenceNr);
            if (_snapshotRows.Older == 0) return;
            DeleteSnapshots(new SnapshotSelectionCriteria(_snapshotRows.Older - 1));
            DeleteMessages(_snapshotRows.Older);
        });
        Command<SaveSnapshotFailure>(failure =>
            _log.Warning(failure.Cause, "Application {Application} could not keep its state; its journal grows until it can", _definition.Name));
        Command<DeleteSnapshotsSuccess>(_ => { });
        Command<DeleteMessagesSuccess>(_ => { });
        Command<DeleteSnapshotsFailure>(failure =>
            _log.Warning(failure.Cause, "Application {Application} could not delete old snapshots; the next ones take them along", _definition.Name));
        Command<DeleteMessagesFailure>(failure =>
            _log.Warning(failure.Cause, "Application {Application} could not delete old journal rows; the next time takes them along", _definition.Name));
    }
}
