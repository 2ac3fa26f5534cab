using System.Collections.Concurrent;

namespace ActorStreams.Shards.Log;

/// <summary>
/// What this node learned from recoveries that failed: why, so that callers are told, and which snapshots are unreadable, so that the
/// next recovery begins at an older one. Safe from any thread.
/// </summary>
public sealed class Recoveries
{
    private readonly ConcurrentDictionary<string, string> _failures = new();
    private readonly ConcurrentDictionary<string, long> _unreadable = new();

    /// <summary>False when the same failure was noted before: callers try again several times a second, and one line in the log is enough.</summary>
    public bool Failed(string persistenceId, string detail)
    {
        var isNew = !_failures.TryGetValue(persistenceId, out var before) || before != detail;
        _failures[persistenceId] = detail;
        return isNew;
    }

    /// <summary>
    /// The next recovery looks at the newest snapshot again: by then it is another one, or it is found unreadable again. Older ones and the
    /// rows behind them go as new ones come, so a lasting mark would end in a recovery from nothing.
    /// </summary>
    public void Succeeded(string persistenceId)
    {
        _failures.TryRemove(persistenceId, out _);
        _unreadable.TryRemove(persistenceId, out _);
    }

    /// <summary>Why the last recovery failed; null when it did not.</summary>
    public string? Failure(string persistenceId) => _failures.GetValueOrDefault(persistenceId);

    public void SnapshotUnreadable(string persistenceId, long row) => _unreadable[persistenceId] = row;

    /// <summary>The newest snapshot to recover from.</summary>
    public long SnapshotRowMax(string persistenceId) => _unreadable.TryGetValue(persistenceId, out var row) ? row - 1 : long.MaxValue;
}

/// <summary>Stands for a stored snapshot whose bytes are not one, so that the recovery learns which one it was.</summary>
internal sealed record UnreadableSnapshot(string Detail);

/// <summary>A recovery met a snapshot that is none; the next one begins at an older.</summary>
internal sealed class UnreadableSnapshotException(string message) : Exception(message);
