namespace ActorStreams.Gateway.Limits;

/// <summary>
/// What may be used at a steady rate, with one second of it in store: a token bucket. Counted in whole numbers, so that a limit holds to
/// the unit. Not for use from several threads at once.
/// </summary>
internal struct RateBucket
{
    private readonly long _perSecond;
    private readonly long _frequency;
    private long _at;

    // In units times ticks a second: 10 MiB at a tick of a nanosecond are 10^16, far below what a long holds.
    private long _level;

    /// <param name="perSecond">The rate, and what is in store at first and at most.</param>
    public RateBucket(long perSecond, TimeProvider time)
    {
        _perSecond = perSecond;
        _frequency = time.TimestampFrequency;
        _at = time.GetTimestamp();
        _level = perSecond * _frequency;
    }

    /// <summary>Whether <paramref name="units"/> are there; more than fit at all are there when the bucket is full.</summary>
    public bool Holds(long units, long now)
    {
        Fill(now);
        return _level >= Math.Min(units, _perSecond) * _frequency;
    }

    /// <summary>Takes them, below nothing if need be: the time it takes to earn them is waited for afterwards.</summary>
    public void Take(long units) => _level -= units * _frequency;

    /// <summary>Takes them as long as there are more; if not, the whole of them is earned from now on.</summary>
    public void TakeOrPayInFull(long units, long now)
    {
        Fill(now);
        var taken = units * _frequency;
        _level = taken < _level ? _level - taken : Math.Min(_level, 0) - taken;
    }

    /// <summary>Nothing is owed.</summary>
    public bool IsPaid(long now)
    {
        Fill(now);
        return _level >= 0;
    }

    /// <summary>How long until nothing is owed; zero when nothing is.</summary>
    public TimeSpan UntilPaid(long now)
    {
        Fill(now);
        if (_level >= 0) return TimeSpan.Zero;
        // Rounded up twice, so that who waits so long has paid.
        var ticks = (-_level + _perSecond - 1) / _perSecond;
        return TimeSpan.FromTicks((long)Math.Ceiling(ticks * (double)TimeSpan.TicksPerSecond / _frequency));
    }

    private void Fill(long now)
    {
        var elapsed = now - _at;
        if (elapsed <= 0) return;
        _at = now;
        // Beyond what is missing it would only overflow.
        var missing = (_perSecond * _frequency) - _level;
        _level = elapsed >= (missing / _perSecond) + 1 ? _perSecond * _frequency : Math.Min(_level + (elapsed * _perSecond), _perSecond * _frequency);
    }
}
