using ActorStreams.Shards.Streams;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Shards.Log;

/// <summary>
/// By which subscription each fan-out consumer reads the shard: the newest. Kept in the memory of the shard's owner alone; after it moved or
/// restarted, the first subscription that reads is taken for the newest, and no other one is protected from being taken over.
/// </summary>
public sealed class ShardSubscriptions(ShardKey shard, TimeProvider time)
{
    /// <summary>More than the consumers that a stream may have; what is beyond is of consumers that are gone.</summary>
    public const int ConsumersMax = 256;

    private readonly Dictionary<(string Consumer, long CreatedAtSeconds), Current> _current = [];

    public int Count => _current.Count;

    public SubscribeReply Subscribe(FanOutSubscription subscription)
    {
        if (_current.TryGetValue(Key(subscription), out var current) && current.Id != subscription.Id
            && current.SubscribedAt is { } at && time.GetElapsedTime(at) < FanOutSubscription.ProtectedFor)
            return new SubscribeReply.InUse(shard);
        // Sent again, since its answer was lost, it is the same one and is not protected for longer.
        if (current?.Id != subscription.Id || current.SubscribedAt is null) Set(subscription, time.GetTimestamp());
        return new SubscribeReply.Accepted(shard);
    }

    /// <summary>Whether this is who reads for its consumer.</summary>
    public bool IsCurrent(FanOutSubscription subscription)
    {
        if (!_current.TryGetValue(Key(subscription), out var current))
        {
            Set(subscription, null);
            return true;
        }
        if (current.Id != subscription.Id) return false;
        current.LastSeenAt = time.GetTimestamp();
        return true;
    }

    private void Set(FanOutSubscription subscription, long? subscribedAt)
    {
        if (_current.Count >= ConsumersMax) _current.Remove(_current.MinBy(c => c.Value.LastSeenAt).Key);
        _current[Key(subscription)] = new Current(subscription.Id, subscribedAt) { LastSeenAt = time.GetTimestamp() };
    }

    private static (string, long) Key(FanOutSubscription subscription) => (subscription.Consumer, subscription.ConsumerCreatedAtSeconds);

    /// <param name="SubscribedAt">Null when it was adopted, so that nobody knows.</param>
    private sealed record Current(string Id, long? SubscribedAt)
    {
        public long LastSeenAt { get; set; }
    }
}
