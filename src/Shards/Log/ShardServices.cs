using System.Collections.Concurrent;
using ActorStreams.Shards.Encryption;
using ActorStreams.Shards.Store;
using ActorStreams.Shards.Streams;
using Akka.Actor;

namespace ActorStreams.Shards.Log;

/// <summary>What the shards of a node share.</summary>
/// <param name="Node">Names this process and no other, past or future: its address and a random part.</param>
/// <param name="SpaceFreed">Called after rows were deleted, from any thread.</param>
public sealed record ShardServices(
    string Node, ShardOptions Options, IJournalReader Journal, TimeProvider Time, TailBudget Tails, LostShards Lost, ShardMetrics Metrics, Action SpaceFreed)
{
    public Recoveries Recoveries { get; } = new();

    public HotKeys HotKeys { get; } = new(Metrics.Meter);

    public LogLimiter Lines { get; } = new(Time);

    public CallBudget Calls { get; } = new(Options.NodeRetryCallsMax);

    public EncryptionKeys Keys { get; init; } = EncryptionKeys.None;

    /// <summary>Fetches large appends of other nodes.</summary>
    public IActorRef Incoming { get; init; } = ActorRefs.Nobody;

    /// <summary>Told what became of writes; null where nobody wants to know.</summary>
    public StoreWatch? Watch { get; init; }

    /// <summary>By which people know the node.</summary>
    public string Address { get; init; } = "";
}

/// <summary>
/// Shards that this node lost to another owner: it owned them, did not hand them over, and finds another's name in the store. For a
/// while it does not take them back: its own routing would still send it their messages, and the two sides of a partition would fence
/// each other in turns. How it found out says nothing, be it a lost write, a broken connection or a look at the store.
/// </summary>
public sealed class LostShards(TimeProvider time, TimeSpan hold)
{
    private readonly ConcurrentDictionary<string, byte> _owned = new();
    private readonly ConcurrentDictionary<string, long> _lostAt = new();

    public void Owned(string persistenceId)
    {
        _owned[persistenceId] = 0;
        _lostAt.TryRemove(persistenceId, out _);
    }

    public void HandedOver(string persistenceId) => _owned.TryRemove(persistenceId, out _);

    /// <summary>Another's name stands in the store. The time for which the shard is still to be refused; zero or less when it may be taken.</summary>
    public TimeSpan Refuse(string persistenceId)
    {
        if (_owned.TryRemove(persistenceId, out _)) _lostAt[persistenceId] = time.GetTimestamp();
        if (!_lostAt.TryGetValue(persistenceId, out var lostAt)) return TimeSpan.Zero;
        var remaining = hold - time.GetElapsedTime(lostAt);
        if (remaining <= TimeSpan.Zero) _lostAt.TryRemove(persistenceId, out _);
        return remaining;
    }
}
