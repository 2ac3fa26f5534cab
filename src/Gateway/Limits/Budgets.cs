using System.Collections.Concurrent;

namespace ActorStreams.Gateway.Limits;

/// <summary>
/// Budgets by what they are for, made when first asked for and dropped when not used for a while: keys come from clients, so what is
/// kept must not grow with all that were ever named. Safe from any thread.
/// </summary>
internal sealed class Budgets<TKey, TBudget>(Func<TKey, TBudget> make, TimeProvider time)
    where TKey : notnull
    where TBudget : class
{
    /// <summary>Regions are named by clients, so within a minute there may be very many; then all begin anew.</summary>
    public const int CountMax = 50_000;

    // Longer than any of them takes to fill up again: the largest read is earned in 5 s, the largest put in 10.
    private static readonly TimeSpan IdleMax = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<TKey, Entry> _entries = new();
    private long _sweptAt = time.GetTimestamp();

    public int Count => _entries.Count;

    public TBudget Of(TKey key)
    {
        var now = time.GetTimestamp();
        if (!_entries.TryGetValue(key, out var entry))
        {
            entry = _entries.GetOrAdd(key, static (k, state) => new Entry(state.make(k), state.now), (make, now));
            Sweep(now);
        }
        Volatile.Write(ref entry.UsedAt, now);
        return entry.Budget;
    }

    // At most once in that time, and only as new ones come. One that is taken up again meanwhile is full by then or a new one.
    private void Sweep(long now)
    {
        if (_entries.Count > CountMax) _entries.Clear();
        var sweptAt = Volatile.Read(ref _sweptAt);
        if (time.GetElapsedTime(sweptAt, now) < IdleMax || Interlocked.CompareExchange(ref _sweptAt, now, sweptAt) != sweptAt) return;
        foreach (var (key, entry) in _entries)
        {
            if (time.GetElapsedTime(Volatile.Read(ref entry.UsedAt), now) >= IdleMax) _entries.TryRemove(new(key, entry));
        }
    }

    private sealed class Entry(TBudget budget, long madeAt)
    {
        public TBudget Budget { get; } = budget;

        public long UsedAt = madeAt;
    }
}
