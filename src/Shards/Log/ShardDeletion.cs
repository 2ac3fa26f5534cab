using ActorStreams.Shards.Serialization;
using ActorStreams.Shards.Streams;
using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Shards.Log;

/// <summary>
/// Snapshots of a shard's state and the deletion of rows that were given up. Rows go in small steps, never beyond the older of the
/// two snapshots that are kept, so that an unreadable newest one still leaves a way to recover.
/// </summary>
internal sealed class ShardDeletion(
    ShardKey key,
    ShardServices services,
    IActorRef self,
    Action<long> deleteMessages,
    Action<SnapshotSelectionCriteria> deleteSnapshots,
    Action saveSnapshot,
    ILoggingAdapter log)
{
    private readonly List<IActorRef> _waitForEnd = [];
    private long _olderSnapshotRow;
    private long _newestSnapshotRow;
    private long _unsnapshottedBytes;
    private long _deletedToRow = -1;
    private bool _busy;
    private bool _searching;

    public long UnsnapshottedRows { get; private set; }

    public bool SnapshotPending { get; private set; }

    public void SnapshotFound(long row) => _newestSnapshotRow = row;

    public void Written(ShardEvents.IShardEvent e, bool draining)
    {
        UnsnapshottedRows++;
        if (e is ShardEvents.RecordsAppended a) _unsnapshottedBytes += a.Batch.StoredBytes;
        if (e is ShardEvents.Ended) return;
        if (draining || _unsnapshottedBytes >= services.Options.SnapshotBytesMax || UnsnapshottedRows >= services.Options.SnapshotRowsMax)
            Snapshot();
    }

    public void Snapshot()
    {
        if (SnapshotPending) return;
        SnapshotPending = true;
        UnsnapshottedRows = 0;
        _unsnapshottedBytes = 0;
        saveSnapshot();
    }

    public void SnapshotSaved(long row, ShardState state)
    {
        SnapshotPending = false;
        _olderSnapshotRow = _newestSnapshotRow;
        _newestSnapshotRow = row;
        if (_olderSnapshotRow > 1) deleteSnapshots(new SnapshotSelectionCriteria(_olderSnapshotRow - 1));
        if (_deletedToRow >= 0) Start(state);
    }

    public void SnapshotFailed()
    {
        SnapshotPending = false;
        RefuseWaiting("The shard's last snapshot could not be written.");
    }

    /// <summary>Looks for the last row whose records are all older, which may take some reads of the store.</summary>
    public void FindTrim(Trim trim, IActorRef replyTo, ShardState state)
    {
        if (state.Lifecycle is not (ShardLifecycle.Open or ShardLifecycle.Closed) || state.TipRow <= state.TrimmedToRow)
        {
            replyTo.Tell(new TrimReply.Trimmed(key, state.TrimmedToRow));
            return;
        }
        if (_searching)
        {
            replyTo.Tell(new TrimReply.Refused(key, "Another trim is being worked on."));
            return;
        }
        _searching = true;
        FindRowAsync(state.TrimmedToRow, state.TipRow, trim.BeforeMs).PipeTo(
            self, success: row => new TrimFound(row, replyTo, null), failure: cause => new TrimFound(0, replyTo, cause));
    }

    private async Task<long> FindRowAsync(long trimmedToRow, long tipRow, long beforeMs)
    {
        // Most sweeps find nothing and are done with one row. Rows without records are no reason to trim: it would cost an event each time.
        var first = await services.Journal.HeaderAtOrAfterAsync(
            key.PersistenceId, Manifests.ShardEvents.RecordsAppended, trimmedToRow + 1, tipRow, RecordBatch.HeaderBytes, CancellationToken.None)
            .ConfigureAwait(false);
        if (first is not { } oldest || RecordBatchHeader.Read(oldest.Head.Span).LastArrivalMs >= beforeMs) return trimmedToRow;
        var firstKept = await ArrivalSearch.FirstRowAtOrAfterAsync(
            services.Journal, key.PersistenceId, trimmedToRow + 1, tipRow, beforeMs, CancellationToken.None).ConfigureAwait(false);
        return (firstKept ?? tipRow + 1) - 1;
    }

    public void TrimSearched() => _searching = false;

    public void WaitForEnd(IActorRef replyTo) => _waitForEnd.Add(replyTo);

    /// <summary>Begins or goes on with the deletion of what the state has given up.</summary>
    public void Start(ShardState state)
    {
        if (_busy || state.TrimmedToRow == 0) return;
        if (_deletedToRow < 0)
        {
            // After a recovery nobody knows where the last deletion got to.
            _busy = true;
            services.Journal.HeaderAtOrAfterAsync(
                key.PersistenceId, Manifests.ShardEvents.RecordsAppended, 1, state.TrimmedToRow, RecordBatch.HeaderBytes, CancellationToken.None)
                .PipeTo(self,
                    success: head => new LowestFound((head?.Row ?? state.TrimmedToRow) - 1),
                    failure: cause => new SearchFailed(cause));
            return;
        }
        var target = Target(state);
        if (_deletedToRow < target && state.Lifecycle == ShardLifecycle.Ended && _newestSnapshotRow < state.LastRow)
        {
            // A recovery in the middle of the deletion finds only the later part of the rows, which makes no state without this.
            Snapshot();
        }
        else if (_deletedToRow < target)
        {
            _busy = true;
            deleteMessages(Math.Min(_deletedToRow + StepRows(state), target));
        }
        else if (state.Lifecycle == ShardLifecycle.Ended)
        {
            deleteSnapshots(SnapshotSelectionCriteria.Latest);
            foreach (var waiting in _waitForEnd) waiting.Tell(new EndReply.Ended(key));
            _waitForEnd.Clear();
        }
        else if (target < state.TrimmedToRow)
        {
            // An idle shard gets no second snapshot of its own: nothing was written after the newest one.
            if (UnsnapshottedRows == 0 && !SnapshotPending && _newestSnapshotRow >= state.TrimmedToRow)
            {
                _olderSnapshotRow = _newestSnapshotRow;
                Start(state);
                return;
            }
            Snapshot();
        }
    }

    public void Advance(IProgress progress, ShardState state)
    {
        _busy = false;
        if (progress is SearchFailed failed)
        {
            Failed(failed.Cause);
            return;
        }
        _deletedToRow = ((LowestFound)progress).BeforeRow;
        Start(state);
    }

    public void Deleted(long toRow, ShardState state)
    {
        _busy = false;
        services.Metrics.Trimmed(toRow - _deletedToRow);
        _deletedToRow = toRow;
        services.SpaceFreed();
        Start(state);
    }

    public void Failed(Exception cause)
    {
        // The rows are given up already and are deleted at the next sweep.
        _busy = false;
        log.Warning("Shard {0}: rows could not be deleted now: {1}", key, cause.Message);
        RefuseWaiting(cause.Message);
    }

    private void RefuseWaiting(string reason)
    {
        foreach (var waiting in _waitForEnd) waiting.Tell(new EndReply.Refused(key, reason));
        _waitForEnd.Clear();
    }

    /// <summary>By the size of an average row of this shard.</summary>
    private long StepRows(ShardState state)
    {
        var rowBytes = Math.Max(1, state.BytesTotal / Math.Max(1, state.TipRow));
        return Math.Clamp(services.Options.DeleteBytesStep / rowBytes, 1, services.Options.DeleteRowsStep);
    }

    private long Target(ShardState state) =>
        state.Lifecycle == ShardLifecycle.Ended ? state.TrimmedToRow : Math.Min(state.TrimmedToRow, _olderSnapshotRow);

    /// <summary>The row found for a trim, decided like every other command.</summary>
    internal sealed record TrimTo(ShardKey Shard, long Row) : ICommand, INoSerializationVerificationNeeded;

    internal sealed record TrimFound(long Row, IActorRef ReplyTo, Exception? Cause) : INoSerializationVerificationNeeded;

    internal interface IProgress : INoSerializationVerificationNeeded;

    internal sealed record LowestFound(long BeforeRow) : IProgress;

    internal sealed record SearchFailed(Exception Cause) : IProgress;
}
