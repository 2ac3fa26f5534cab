namespace ActorStreams.Clustering.Leases;

/// <summary>
/// The row of one lease, and what each request makes of it. Pure: <see cref="LeaseTable"/> says the same in SQL, and a spec holds the two
/// against each other.
/// </summary>
/// <param name="Owner">One incarnation of a process; null once it was given back.</param>
/// <param name="Epoch">Raised by every grant, also to the same owner, and never lowered: who writes under a lease can be told from who held it before.</param>
/// <param name="ExpiresAt">By the database's clock, the only one that all owners share.</param>
public sealed record LeaseRow(string? Owner, long Epoch, DateTimeOffset ExpiresAt)
{
    /// <summary>Never granted.</summary>
    public static readonly LeaseRow None = new(null, 0, DateTimeOffset.MinValue);

    /// <summary>Null where another owner has it. An owner may ask again for what it has: the answer to its first question may have been lost.</summary>
    public LeaseRow? Acquire(string owner, DateTimeOffset now, TimeSpan timeToLive) =>
        Owner is null || Owner == owner || ExpiresAt <= now ? new LeaseRow(owner, Epoch + 1, now + timeToLive) : null;

    /// <summary>Null where that grant is over. One that expired and that nobody took goes on.</summary>
    public LeaseRow? Renew(string owner, long epoch, DateTimeOffset now, TimeSpan timeToLive) =>
        Owner == owner && Epoch == epoch ? this with { ExpiresAt = now + timeToLive } : null;

    /// <summary>
    /// Null where that grant is over. By its epoch, so that a release that was held up on its way does not end a later grant to the same owner.
    /// </summary>
    public LeaseRow? Release(string owner, long epoch) => Owner == owner && Epoch == epoch ? this with { Owner = null } : null;
}
