using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;
using Akka.Actor;
using Akka.Event;
using static ActorStreams.Pipelines.Consumers.ConsumerProtocol;
using static ActorStreams.Pipelines.Leases.ApplicationEvents;
using static ActorStreams.Pipelines.Leases.CoordinatorProtocol;

namespace ActorStreams.Pipelines.Leases;

/// <content>What interrupts leases: silence, and people.</content>
public sealed partial class ApplicationActor
{
    private bool _isResetting;

    private void CommandOperations()
    {
        Command<PauseApplication>(_ => Pause());
        Command<ResumeApplication>(_ => Resume());
        Command<ReleaseLease>(release => Release(release.Shard));
        Command<ResetPositions>(reset => StartReset(reset.Target));
        Command<ResetLooked>(OnResetLooked);
    }

    private void Pause()
    {
        if (_state.IsPaused)
        {
            Answer(OperatorOutcome.Done, $"The pipeline {_definition.Name} is paused already.");
            return;
        }
        Persist(new ApplicationPaused(NowMs), e =>
        {
            Apply(e);
            _log.Info("Application {Application} is paused", _definition.Name);
            StopConsumers(_state);
            Show(_phase, _detail);
            Answer(OperatorOutcome.Done, $"The pipeline {_definition.Name} is paused; its consumers finish what they have begun.");
        });
    }

    private void Resume()
    {
        if (!_state.IsPaused)
        {
            Answer(OperatorOutcome.Done, $"The pipeline {_definition.Name} is not paused.");
            return;
        }
        Persist(new ApplicationResumed(NowMs), e =>
        {
            Apply(e);
            _log.Info("Application {Application} is resumed", _definition.Name);
            Show(_phase, _detail);
            RunConsumers();
            Answer(OperatorOutcome.Done, $"The pipeline {_definition.Name} goes on.");
        });
    }

    /// <summary>Consumers of a paused application that have not said that they are gone. An earlier word may have been lost with a node.</summary>
    private void StopPaused()
    {
        foreach (var lease in _state.Runnable)
        {
            if (ShardOf(lease) is not { } shard) return;
            if (!IsGone(shard)) Stop(shard, lease.Placement);
        }
    }

    private void Release(int shardNumber)
    {
        var shardId = ShardIds.Format(shardNumber);
        if (!_state.Leases.TryGetValue(shardNumber, out var lease) || ShardOf(lease) is not { } shard)
        {
            Answer(OperatorOutcome.NotFound, $"The pipeline {_definition.Name} has no lease of {shardId}.");
            return;
        }
        if (_state.IsPaused || _state.Runnable.All(l => l.Shard != shardNumber))
        {
            var why = _state.IsPaused ? "the pipeline is paused" : lease.Outcome is { } outcome ? $"it is {outcome}" : "its parents are not finished";
            Answer(OperatorOutcome.Refused, $"The lease of {shardId} has no consumer that could be moved: {why}.");
            return;
        }
        Interrupt(shard, lease, LeaseInterruption.Released, "Released by a person.", () => Answer(
            OperatorOutcome.Done, $"The lease of {shardId} is released; another node takes it, or where there is none the same one anew."));
    }

    /// <summary>Noted durably before anything is done, so that where the consumer is to run is known wherever the coordinator goes.</summary>
    private void Interrupt(ShardKey shard, Lease lease, LeaseInterruption kind, string cause, Action? done = null)
    {
        var placement = kind == LeaseInterruption.Restarted ? lease.Placement : NextPlacement(shard, lease);
        if (placement != lease.Placement) _watch.Moved(shard);
        Persist(new LeaseInterrupted(lease.Shard, kind, cause, placement, NowMs), e =>
        {
            Apply(e);
            _log.Warning("Application {Application}, {Shard}: {Kind}. {Cause}", _definition.Name, shard.ShardId, e.Kind, e.Cause);
            if (e.Kind == LeaseInterruption.Moved) _services.Metrics.Moved(_definition.Name);
            // Where the former one still lives, or wakes later, it goes; the next poll starts the new one, once that had time to finish.
            if (placement != lease.Placement) Stop(shard, lease.Placement);
            Show(_phase, _detail);
            done?.Invoke();
        });
    }

    /// <summary>Off the node that it was last heard of from; where it was not heard of at its present place, still off the one before.</summary>
    private LeasePlacement NextPlacement(ShardKey shard, Lease lease) =>
        _watch.Status(shard) is { Node: { Length: > 0 } node } last && last.Placement.Number == lease.Placement.Number
            ? lease.Placement.Next(node)
            : lease.Placement with { Number = lease.Placement.Number + 1 };

    private void StartReset(ResetTarget target)
    {
        if (!_state.IsPaused)
        {
            Answer(OperatorOutcome.Refused, $"The pipeline {_definition.Name} runs; pause it first, so that it is clear what was done before the reset.");
            return;
        }
        if (_isResetting)
        {
            Answer(OperatorOutcome.Refused, $"The positions of {_definition.Name} are being reset already.");
            return;
        }
        _isResetting = true;
        var sender = Sender;
        ResetLook.TakeAsync(_services.Streams, _definition, target, _services.Time.GetUtcNow(), _stopped.Token).WaitAsync(s_lookTimeout, _services.Time)
            .PipeTo(
                Self, success: look => new ResetLooked(look, target, sender),
                failure: e => new ResetLooked(new ResetLook(null, ResetLook.NoPositions, e.Message), target, sender));
    }

    private void OnResetLooked(ResetLooked looked)
    {
        _isResetting = false;
        if (looked.Look is not { Source: { } source })
        {
            looked.Asker.Tell(new OperatorAnswer(OperatorOutcome.Unavailable, $"Nothing was changed: {looked.Look.Unavailable}"));
            return;
        }
        if (!_state.IsPaused || (_state.Source is { } known && known != source.Key))
        {
            looked.Asker.Tell(new OperatorAnswer(OperatorOutcome.Refused, "Nothing was changed: the pipeline was resumed or its source made anew meanwhile."));
            return;
        }
        // As for every look: one that lacks the newest shard known is of an owner of the stream that is not its owner any more.
        if (!_state.Leases.IsEmpty && source.Shards.All(shard => shard.Key.Shard < _state.Leases.Keys.Max()))
        {
            looked.Asker.Tell(new OperatorAnswer(OperatorOutcome.Unavailable, "Nothing was changed: the source told of older shards than are known."));
            return;
        }
        var events = new List<IApplicationEvent>(2);
        if (_state.Source is null) events.Add(new SourceFound(source.Key, NowMs));
        events.Add(_state.DecideReset(source, looked.Look.Positions, looked.Target.ToString(), NowMs));
        PersistAll(events, e =>
        {
            Apply(e);
            if (e is not PositionsReset reset) return;
            _watch.Clear();
            _log.Warning("Application {Application} was reset to {Target}; its life {Life} begins", _definition.Name, reset.To, reset.Life);
            Show(_phase, _detail);
            looked.Asker.Tell(new OperatorAnswer(
                OperatorOutcome.Done, $"The pipeline {_definition.Name} begins at {reset.To} when it is resumed; what it reads again makes new output."));
        });
    }

    private void Answer(OperatorOutcome outcome, string message) => Sender.Tell(new OperatorAnswer(outcome, message));

    private sealed record ResetLooked(ResetLook Look, ResetTarget Target, IActorRef Asker) : INoSerializationVerificationNeeded;
}
