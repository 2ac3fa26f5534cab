using ActorStreams.Pipelines.Firehose;
using ActorStreams.Shards.Store;
using Akka.Event;
using Akka.Persistence;
using static ActorStreams.Pipelines.Consumers.ConsumerProtocol;

namespace ActorStreams.Pipelines.Consumers;

/// <content>Signs of life, and what is measured for those who ask why it is behind.</content>
public sealed partial class ShardConsumerActor
{
    /// <summary>Long enough for rates that do not jump, short enough to tell what is so now.</summary>
    private static readonly TimeSpan s_measureEvery = TimeSpan.FromSeconds(5);

    private long _writingSince;
    private TimeSpan _checkpointTook;
    private Measured? _measured;
    private RetentionWatch? _retention;
    private (double RecordsPerSecond, double ClosingMsPerSecond, StageShares Shares, double ReadMs) _rates;

    /// <summary>
    /// A graph that waits says so at each try, so one that says nothing is stuck; so is the store, where it has not confirmed a checkpoint for
    /// as long. What it has in hand is given up: the next incarnation has a higher epoch, and does it again.
    /// </summary>
    private void StartAnewIfSilent()
    {
        var limit = _services.Options.SilentAfter;
        if (_isWriting && _services.Time.GetElapsedTime(_writingSince) >= limit)
            StartAnew($"The store has not confirmed a checkpoint for {limit.TotalSeconds:0} s.");
        else if (_graph is { Completion.IsCompleted: false } graph && graph.Pulse.Age >= limit)
            StartAnew($"The graph has made no step for {limit.TotalSeconds:0} s; the last one was {graph.Pulse.Stage}.");
    }

    private void StartAnew(string cause)
    {
        _log.Error("Consumer {Consumer} gives no sign of life and is started again: {Cause}", PersistenceId, cause);
        _services.Metrics.Silent(_work!.Application);
        _services.Troubles.Silent(PersistenceId, cause);
        _graph?.Drain();
        _detail = cause;
        Become(Resting);
        Report();
    }

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        // The row was there: another incarnation may have taken over, or this write shared its transaction with one of which that is so.
        // The next recovery tells.
        if (StoreFaults.IsLostWrite(cause) && _work is { } work) _services.Troubles.Fenced(PersistenceId, work.Placement.Number);
        base.OnPersistFailure(cause, @event, sequenceNr);
    }

    /// <summary>Also where the delivery does not run, for then it is needed most.</summary>
    private void WatchRetention(RunConsumer run)
    {
        if (run.Definition is not DeliveryDefinition delivery || _services.Deliveries is not { } deliveries || !_state.HasStarted) return;
        var delivered = _latest?.Checkpoint ?? _state.Checkpoint;
        if (_retention is null) _retention = new RetentionWatch(delivery, run.Shard, delivered, _services, deliveries);
        else _retention.Follow(delivered);
    }

    private void Measure(SliceDone slice)
    {
        var now = _services.Time.GetTimestamp();
        // What a delivery has read counts batch by batch, and a rate of that would jump.
        var processed = _counts.Records + (_graph!.Backlog?.Records ?? 0);
        if (_measured is not { } before)
        {
            _measured = Measured.Of(now, slice, processed, _graph!.Pulse);
            return;
        }
        var elapsed = _services.Time.GetElapsedTime(before.At, now);
        if (elapsed < s_measureEvery) return;
        var after = Measured.Of(now, slice, processed, _graph!.Pulse);
        var reads = after.Reads - before.Reads;
        _rates = (
            (after.Records - before.Records) / elapsed.TotalSeconds,
            (before.LagMs - after.LagMs) / elapsed.TotalSeconds,
            new StageShares(
                (after.Read - before.Read) / elapsed, (after.Work - before.Work) / elapsed, (after.Append - before.Append) / elapsed,
                (after.Post - before.Post) / elapsed),
            reads == 0 ? 0 : (after.Read - before.Read).TotalMilliseconds / reads);
        _measured = after;
    }

    /// <summary>
    /// Age of the oldest record not done, and how many there are, where that is known. What a delivery has read lies in a batch until it is
    /// delivered, so there it is not the reading that tells; of one that does not run, the last look at the source does.
    /// </summary>
    private (long Ms, long? Records) Lag(Backlog? backlog)
    {
        if (_work?.Definition is not DeliveryDefinition) return (_latest?.BehindMs ?? -1, _latest?.BehindRecords);
        if (_phase == ConsumerPhase.Finished) return (0, 0);
        if (backlog is { OldestMs: > 0 }) return (Math.Max(1, NowMs - backlog.OldestMs), backlog.Records + backlog.UnreadRecords);
        if (backlog is { UnreadMs: >= 0 }) return (backlog.UnreadMs, backlog.UnreadRecords);
        return (_retention?.Now?.AgeMs ?? -1, null);
    }

    private ConsumerHealth Health(WaitNote.Noted? waiting, WaitNote.Noted? transforming, Backlog? backlog)
    {
        var retrying = _graph?.Retrying;
        var note = waiting ?? retrying ?? transforming;
        var hot = _graph?.HotKey ?? ("", 0);
        return new ConsumerHealth
        {
            Generation = _latest?.Generation ?? 0,
            PulseAgoMs = (long)(_graph?.Pulse.Age.TotalMilliseconds ?? 0),
            Stage = _graph?.Pulse.Stage.ToString() ?? "",
            WaitingMs = note is null ? 0 : Math.Max(1, (long)_services.Time.GetElapsedTime(note.Since).TotalMilliseconds),
            Tries = note?.Tries ?? 0,
            Retrying = retrying?.Problem ?? "",
            Transforming = transforming?.Problem ?? "",
            Failures = _services.Troubles.Failures(PersistenceId),
            Silences = _services.Troubles.Silences(PersistenceId),
            LastTrouble = _services.Troubles.Last(PersistenceId),
            RecordsPerSecond = _rates.RecordsPerSecond,
            ClosingMsPerSecond = _rates.ClosingMsPerSecond,
            Shares = _rates.Shares,
            ReadMs = _rates.ReadMs,
            CheckpointMs = _isWriting
                ? Math.Max(_checkpointTook.TotalMilliseconds, _services.Time.GetElapsedTime(_writingSince).TotalMilliseconds)
                : _checkpointTook.TotalMilliseconds,
            HotKey = hot.Item1,
            HotKeyShare = hot.Item2,
            Retention = _retention?.Now,
            Backlog = backlog,
        };
    }

    private sealed record Measured(long At, long LagMs, long Records, long Reads, TimeSpan Read, TimeSpan Work, TimeSpan Append, TimeSpan Post)
    {
        public static Measured Of(long at, SliceDone slice, long records, GraphPulse pulse) => new(
            at, slice.BehindMs, records, pulse.Reads, pulse.Of(GraphStage.Read), pulse.Of(GraphStage.Work),
            pulse.Of(GraphStage.Append) + pulse.Of(GraphStage.Bury), pulse.Of(GraphStage.Post));
    }
}
