using ActorStreams.Shards.Streams;
using Akka.Actor;
using static ActorStreams.Pipelines.Consumers.ConsumerProtocol;
using static ActorStreams.Pipelines.Leases.CoordinatorProtocol;

namespace ActorStreams.Pipelines.Leases;

/// <content>
/// How often consumers are told and the source is looked at. While all consumers are idle it is less often: one that gets work, fails, drains or ends
/// says so unasked, one that reaches the end of its shard makes the application look for the children, and one that does not answer is told again at
/// the next poll.
/// </content>
public sealed partial class ApplicationActor
{
    // Until a look under the new definition has succeeded no consumer is told to run: the shards that are known may be those of another source.
    private bool _isRedefined;
    private int _redefinitions;

    // Of the last event, and of the last round.
    private long _changedAt;
    private long _roundAt;

    private void OnPoll()
    {
        if (IsIdle && _services.Time.GetElapsedTime(_roundAt) < _services.Options.IdlePollInterval) _watch.BeginRound();
        else BeginRound();
    }

    /// <summary>
    /// Consumers are told before the source is looked at, for that may take seconds when its own actor was lost with the same node as they.
    /// </summary>
    private void BeginRound()
    {
        _roundAt = _services.Time.GetTimestamp();
        RunConsumers();
        Look();
    }

    /// <summary>Nothing has changed for a while, and every consumer has said that it has nothing to do, or that it is stopped as it should be.</summary>
    private bool IsIdle =>
        _phase == ApplicationPhase.Running
        && !_isRedefined
        && _services.Time.GetElapsedTime(_changedAt) >= _services.Options.IdlePollInterval
        && _state.Runnable.Any()
        && _state.Runnable.All(lease => ShardOf(lease) is { } shard && (_state.IsPaused ? IsGone(shard) : _watch.IsIdle(shard)));

    private bool IsGone(ShardKey shard) => _watch.Status(shard)?.Phase is ConsumerPhase.Stopped or ConsumerPhase.Finished;

    /// <summary>From the coordinator, to all of its applications at once.</summary>
    internal sealed record Poll : INoSerializationVerificationNeeded
    {
        public static readonly Poll Instance = new();
    }
}
