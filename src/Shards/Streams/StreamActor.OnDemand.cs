using ActorStreams.Shards.Log;
using Akka.Actor;
using Akka.Event;

namespace ActorStreams.Shards.Streams;

/// <content>An on-demand stream looks at the load of its shards, and divides and joins them by itself.</content>
public sealed partial class StreamActor
{
    private readonly OnDemandScaling _scaling;
    private readonly Dictionary<int, ShardLoad> _loads = [];
    private readonly TimeSpan _lookInterval;
    private ITimer? _look;

    private bool IsOnDemand => _state is { Lifecycle: StreamLifecycle.Active, Configuration.Mode: StreamMode.OnDemand };

    /// <summary>Streams in the other mode have no timer for this.</summary>
    private void LookIfOnDemand()
    {
        if (IsOnDemand == _look is not null) return;
        if (!IsOnDemand)
        {
            StopLooking();
            return;
        }
        var self = Self;
        _look = _time.CreateTimer(_ => self.Tell(LookTick.Instance), null, _lookInterval, _lookInterval);
    }

    private void StopLooking()
    {
        _look?.Dispose();
        _look = null;
        _hotKeys.Set(_key, []);
    }

    /// <summary>Decides by what came since the last look, and asks for the next.</summary>
    private void LookAtLoad()
    {
        if (!IsOnDemand) return;
        if (!_state.IsUpdating && _reserving is null)
        {
            var open = _state.Open.OrderBy(s => s.Range.Starting).ToList();
            var target = _scaling.Look(
                open, _loads, _state.Configuration.WarmThroughputMiBps, (long)_time.GetElapsedTime(0, _time.GetTimestamp()).TotalMilliseconds);
            _hotKeys.Set(_key, _scaling.HotKeys);
            if (target is { } startings)
            {
                _log.Info(
                    "Stream {0} goes from {1} to {2} shards by its load{3}.", _key, open.Count, startings.Length + 1,
                    _scaling.HotKeys.IsEmpty ? "" : $"; hot alone: {string.Join(", ", _scaling.HotKeys.Select(k => k.PartitionKey))}");
                Self.Tell(new StreamProtocol.Update(_key, new StreamChange.Retile(startings), IsCompat: false), Self);
            }
        }
        _loads.Clear();
        var shards = Regions.Of(Context.System, Regions.Shards);
        foreach (var slot in _state.Open) shards.Tell(new ShardProtocol.MeasureLoad(Key(slot.Number)), Self);
    }

    private void OnLoad(ShardProtocol.LoadReply.Measured load) => _loads[load.Shard.Shard] = new ShardLoad(
        load.Records, load.Bytes, load.Samples, load.MedianKey, load.HotKey, load.HotKeyShare, load.HotPartitionKey);

    private sealed class LookTick : INoSerializationVerificationNeeded
    {
        public static readonly LookTick Instance = new();
    }
}
