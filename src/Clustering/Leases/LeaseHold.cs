namespace ActorStreams.Clustering.Leases;

/// <summary>One moment by both clocks of a process.</summary>
/// <param name="Monotonic">Never steps, counts on while the process is stopped, and may stand still with a suspended machine.</param>
/// <param name="WallClock">Tells of a suspended machine, and steps.</param>
public readonly record struct Moment(TimeSpan Monotonic, DateTimeOffset WallClock)
{
    public static Moment Now(TimeProvider time) =>
        new(TimeSpan.FromSeconds(time.GetTimestamp() / (double)time.TimestampFrequency), time.GetUtcNow());
}

/// <summary>What an owner knows of a lease that it was granted. Pure.</summary>
/// <param name="AskedAt">Before the last request that was granted was sent: whatever time that took, the row outlives this by its time to live.</param>
public sealed record LeaseHold(long Epoch, Moment AskedAt)
{
    /// <summary>Until the owner must have stopped; zero or less once it must. By the monotonic clock alone, so that a clock that is set costs nobody a lease.</summary>
    public TimeSpan Left(Moment now, LeaseTerms terms) => terms.CertainFor - (now.Monotonic - AskedAt.Monotonic);

    /// <summary>Whether the row certainly keeps others out. By whichever clock says that more time has passed.</summary>
    public bool IsCertain(Moment now, LeaseTerms terms) =>
        Left(now, terms) > TimeSpan.Zero && now.WallClock - AskedAt.WallClock < terms.CertainFor;
}
