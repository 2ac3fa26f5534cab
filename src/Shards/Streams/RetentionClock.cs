namespace ActorStreams.Shards.Streams;

/// <summary>
/// Wall-clock time as retention may believe it. A clock that jumps forward would age everything at once, so a jump is only believed
/// after monotonic time has gone on for <see cref="BelieveAfter"/>; until then time goes on from before the jump. One for a node, safe
/// from any thread.
/// </summary>
public sealed class RetentionClock(TimeProvider time)
{
    /// <summary>How much wall-clock time may gain on monotonic time between two readings.</summary>
    public static readonly TimeSpan JumpMin = TimeSpan.FromMinutes(10);

    /// <summary>How long a person has to set the clock right.</summary>
    public static readonly TimeSpan BelieveAfter = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly long _startedAt = time.GetTimestamp();
    private long _at = time.GetTimestamp();
    private DateTimeOffset _believed = time.GetUtcNow();
    private long? _jumpedAt;

    /// <summary>
    /// Whether the node is too young to trim: nobody knows what its clock said before it started, and a machine may come up with one
    /// that is days ahead.
    /// </summary>
    public bool IsSettling => time.GetElapsedTime(_startedAt) < BelieveAfter;

    /// <summary>Whether the wall clock is ahead of what is believed.</summary>
    public bool IsHolding => _jumpedAt is not null;

    public DateTimeOffset Read()
    {
        lock (_lock) return ReadLocked();
    }

    private DateTimeOffset ReadLocked()
    {
        var now = time.GetTimestamp();
        var expected = _believed + time.GetElapsedTime(_at, now);
        var wall = time.GetUtcNow();
        _at = now;
        if (wall - expected < JumpMin)
        {
            // Backward steps are believed at once: they only keep records longer.
            _jumpedAt = null;
            return _believed = wall;
        }
        _jumpedAt ??= _at;
        if (time.GetElapsedTime(_jumpedAt.Value) < BelieveAfter) return _believed = expected;
        _jumpedAt = null;
        return _believed = wall;
    }
}
