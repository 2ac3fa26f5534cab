using ActorStreams.Shards.Log;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Event;
using Akka.Persistence;
using static ActorStreams.Shards.Streams.StreamProtocol;

namespace ActorStreams.Shards.Streams;

/// <summary>
/// One life of a stream: owns the shard map and carries create and delete out as processes that resume after a crash at any point.
/// It also sweeps its shards for records past their retention.
/// </summary>
public sealed class StreamActor : UntypedPersistentActor, IWithTimers
{
    private static readonly TimeSpan s_retryAfter = TimeSpan.FromMilliseconds(500);
    private readonly StreamKey _key;
    private readonly TimeProvider _time;
    private readonly RetentionClock _clock;
    private readonly ITimer _sweep;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly HashSet<int> _done = [];
    private StreamState _state = StreamState.Unborn;
    private bool _noted;

    public StreamActor(StreamKey key, ShardOptions options, TimeProvider time, RetentionClock clock)
    {
        _key = key;
        _time = time;
        _clock = clock;
        var self = Self;
        _sweep = time.CreateTimer(_ => self.Tell(SweepTick.Instance), null, options.RetentionSweepInterval, options.RetentionSweepInterval);
    }

    public override string PersistenceId => _key.PersistenceId;

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case StreamEvents.IStreamEvent e:
                _state = _state.Apply(e);
                break;
            case RecoveryCompleted:
                // An active stream was noted, or its catalogue will ask again.
                _noted = _state.Lifecycle == StreamLifecycle.Active;
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
                break;
            case Describe:
                Sender.Tell(_state.Describe(_key) is { } description ? new DescribeReply.Found(description) : new DescribeReply.NotFound(_key));
                break;
            case ShardProtocol.OpenReply.Opened opened when _state.Lifecycle == StreamLifecycle.Creating:
                if (_done.Add(opened.Shard.Shard) && _done.Count == _state.Shards.Length) PersistAndGoOn(StreamEvents.Activated.Instance);
                break;
            case ShardProtocol.EndReply.Ended ended when _state.Lifecycle == StreamLifecycle.Deleting:
                if (_done.Add(ended.Shard.Shard) && _done.Count == _state.Shards.Length) PersistAndGoOn(StreamEvents.Deleted.Instance);
                break;
            case ShardProtocol.OpenReply.Refused refused:
                _log.Warning("Stream {0}: {1} does not open: {2}", _key, refused.Shard.ShardId, refused.Reason);
                break;
            case ShardProtocol.EndReply.Refused refused:
                _log.Warning("Stream {0}: {1} does not end: {2}", _key, refused.Shard.ShardId, refused.Reason);
                break;
            case ShardProtocol.TrimReply.Refused refused:
                _log.Warning("Stream {0}: {1} was not trimmed: {2}", _key, refused.Shard.ShardId, refused.Reason);
                break;
            case CatalogueProtocol.Noted:
                _noted = true;
                if (_state.Lifecycle is StreamLifecycle.Deleted or StreamLifecycle.Unborn) Context.Parent.Tell(new Passivate(PoisonPill.Instance));
                break;
            case RetryTick:
                GoOn();
                break;
            case SweepTick:
                Sweep();
                break;
            case Wake or ShardProtocol.TrimReply.Trimmed or DeleteMessagesSuccess or DeleteMessagesFailure or ShardProtocol.OpenReply or ShardProtocol.EndReply:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void PersistAndGoOn(StreamEvents.IStreamEvent e) => Persist(e, _ =>
    {
        _state = _state.Apply(e);
        _noted = false;
        if (e is StreamEvents.Deleted) DeleteMessages(LastSequenceNr - 1);
        GoOn();
    });

    /// <summary>The next step of what is under way; harmless to repeat, so it also is the retry.</summary>
    private void GoOn()
    {
        var unfinished = true;
        switch (_state.Lifecycle)
        {
            case StreamLifecycle.Creating:
                TellShards((shard, slot) => new ShardProtocol.Open(shard, slot.Range, slot.Generation, slot.Parents, 0, []));
                break;
            case StreamLifecycle.Deleting:
                TellShards((shard, _) => new ShardProtocol.End(shard));
                break;
            case StreamLifecycle.Active or StreamLifecycle.Deleted when !_noted:
                TellCatalogue();
                break;
            default:
                unfinished = false;
                break;
        }
        if (unfinished) Timers.StartSingleTimer(nameof(RetryTick), RetryTick.Instance, s_retryAfter);
    }

    private void TellShards(Func<ShardKey, ShardSlot, ShardProtocol.ICommand> command)
    {
        var shards = Regions.Of(Context.System, Regions.Shards);
        foreach (var slot in _state.Shards)
        {
            if (!_done.Contains(slot.Number))
                shards.Tell(command(new ShardKey(_key.Region, _key.Incarnation, slot.Number), slot), Self);
        }
    }

    private void TellCatalogue() => Regions.Of(Context.System, Regions.Catalogues).Tell(
        _state.Lifecycle == StreamLifecycle.Active
            ? new CatalogueProtocol.StreamReady(_key.Region, _key.Incarnation)
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
        var beforeMs = now.AddHours(-_state.RetentionHours).ToUnixTimeMilliseconds();
        var shards = Regions.Of(Context.System, Regions.Shards);
        foreach (var slot in _state.Shards)
            shards.Tell(new ShardProtocol.Trim(new ShardKey(_key.Region, _key.Incarnation, slot.Number), beforeMs), Self);
    }

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) =>
        _log.Warning("Stream {0} stops: row {1} was not confirmed: {2}", _key, sequenceNr, cause.Message);

    protected override void PostStop()
    {
        _sweep.Dispose();
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
