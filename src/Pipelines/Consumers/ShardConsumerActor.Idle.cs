using Akka.Actor;
using static ActorStreams.Pipelines.Consumers.ConsumerProtocol;

namespace ActorStreams.Pipelines.Consumers;

/// <content>With nothing to do it sleeps: it has no timer of short intervals, and tells unasked what the coordinator then asks for seldom.</content>
public sealed partial class ShardConsumerActor
{
    private bool _isTimedForCheckpoint;

    // By what was last told the coordinator may take it for idle.
    private bool _isShownIdle;
    private ConsumerCounts _shownCounts;

    /// <summary>Ticks at the interval of checkpoints only while there is something to write.</summary>
    private void TimeCheckpoint()
    {
        var isTimed = _isWriting || HasToWrite;
        if (_phase != ConsumerPhase.Running || isTimed == _isTimedForCheckpoint) return;
        _isTimedForCheckpoint = isTimed;
        StartTimer(isTimed ? _work!.Definition.CheckpointInterval : _services.Options.IdleLookInterval);
    }

    private void Report()
    {
        var status = Status();
        // What is not done grows older while nothing gets done.
        if (status.LagMs >= 0) _services.Metrics.Lag(status.Application, status.Shard, status.LagMs, _latest?.BehindMs ?? -1);
        _isShownIdle = status is { Phase: ConsumerPhase.Running, LagMs: 0 } && status.Counts == _shownCounts;
        _shownCounts = status.Counts;
        _owner.Tell(status);
    }

    private void TellIfShownIdle()
    {
        if (_isShownIdle) Report();
    }

    /// <summary>One that ends by itself, as after a write that failed, is started again as soon as one that does not answer.</summary>
    private void TellEndIfShownIdle()
    {
        if (!_isShownIdle) return;
        (_phase, _detail) = (ConsumerPhase.Restarting, "It has ended.");
        Report();
    }
}
