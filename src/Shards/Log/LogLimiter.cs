namespace ActorStreams.Shards.Log;

/// <summary>
/// Keeps a cause that comes again and again, as a full disk does for every shard, to one line a minute in the log. Safe from any thread.
/// </summary>
public sealed class LogLimiter(TimeProvider time)
{
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>Causes told apart; of more, whoever makes them up, the oldest is forgotten.</summary>
    private const int CausesMax = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (long At, int LeftOut)> _causes = new(StringComparer.Ordinal);

    /// <summary>Whether the cause is worth a line now.</summary>
    /// <param name="note">To stand at the line's end: how many like it were left out since the last one; empty for none.</param>
    public bool Allows(string cause, out string note)
    {
        note = "";
        lock (_lock)
        {
            if (_causes.TryGetValue(cause, out var last))
            {
                if (time.GetElapsedTime(last.At) < Interval)
                {
                    _causes[cause] = last with { LeftOut = last.LeftOut + 1 };
                    return false;
                }
                if (last.LeftOut > 0) note = $" ({last.LeftOut} more like this were left out before)";
            }
            else if (_causes.Count >= CausesMax)
            {
                _causes.Remove(_causes.MinBy(c => c.Value.At).Key);
            }
            _causes[cause] = (time.GetTimestamp(), 0);
            return true;
        }
    }
}
