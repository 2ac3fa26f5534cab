using System.Collections.Concurrent;
using ActorStreams.Shards.Store;

namespace ActorStreams.Shards.Log;

/// <summary>What the shards of a node share.</summary>
/// <param name="Node">Names this process and no other, past or future: its address and a random part.</param>
/// <param name="SpaceFreed">Called after rows were deleted, from any thread.</param>
public sealed record ShardServices(
    string Node, ShardOptions Options, IJournalReader Journal, TimeProvider Time, TailBudget Tails, LostShards Lost, ShardMetrics Metrics, Action SpaceFreed)
{
    public Recoveries Recoveries { get; } = new();
}

/// <summary>
/// Shards that this node lost to another owner. For a while it does not take them back: its own routing would still send it their
/// messages, and the two sides of a partition would fence each other in turns.
/// </summary>
public sealed class LostShards(TimeProvider time, TimeSpan hold)
{
    private readonly ConcurrentDictionary<string, long> _lostAt = new();

    public void Add(string persistenceId) => _lostAt[persistenceId] = time.GetTimestamp();

    /// <summary>Time for which the shard is still to be refused; zero or less when it may be taken.</summary>
    public TimeSpan Remaining(string persistenceId)
    {
        if (!_lostAt.TryGetValue(persistenceId, out var lostAt)) return TimeSpan.Zero;
        var remaining = hold - time.GetElapsedTime(lostAt);
        if (remaining <= TimeSpan.Zero) _lostAt.TryRemove(persistenceId, out _);
        return remaining;
    }

    public void Forget(string persistenceId) => _lostAt.TryRemove(persistenceId, out _);
}
