using ActorStreams.Clustering.Leases;

namespace ActorStreams.Simulation.Tests.Applications;

internal enum LeaseAsk
{
    Acquire,
    Renew,
    Release,
}

/// <summary>A request on its way to the database or, once applied, its answer on the way back.</summary>
/// <param name="epoch">Of the grant that it is about; 0 where it asks for one.</param>
internal sealed class LeaseRequest(LeaseOwner owner, LeaseAsk ask, long epoch, Moment askedAt, long askedAtMs)
{
    public LeaseOwner Owner { get; } = owner;
    public LeaseAsk Ask { get; } = ask;
    public Moment AskedAt { get; } = askedAt;

    /// <summary>In the world's time, which nobody in it knows.</summary>
    public long AskedAtMs { get; } = askedAtMs;

    public long Epoch { get; set; } = epoch;

    /// <summary>Null until it was applied.</summary>
    public bool? IsGranted { get; set; }

    public override string ToString() => $"{Ask} of {Owner.Name}{(Epoch > 0 ? $" at epoch {Epoch}" : "")}";
}

/// <summary>The one row of the coordinator's lease, and the database's clock.</summary>
internal sealed class LeaseDatabase(ApplicationWorld world)
{
    private static readonly DateTimeOffset s_start = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);
    private readonly HashSet<long> _epochs = [];
    private LeaseRow _row = LeaseRow.None;
    private long _offsetMs;
    private long _steppedForwardAtMs = -1;

    public List<LeaseRequest> Requests { get; } = [];

    public void Apply(LeaseRequest request)
    {
        var (owner, timeToLive) = (request.Owner.Name, LeaseOwner.Terms.TimeToLive);
        var now = world.Mutation == ApplicationMutation.LeaseExpiresByTheAskersClock
            ? request.Owner.Process.Now.WallClock
            : s_start.AddMilliseconds(world.NowMs + _offsetMs);
        var before = _row;
        var after = request.Ask switch
        {
            LeaseAsk.Acquire => _row.Acquire(owner, now, timeToLive),
            LeaseAsk.Renew => _row.Renew(owner, request.Epoch, now, timeToLive),
            _ when world.Mutation == ApplicationMutation.LeaseIsReleasedByNameAlone => _row.Release(owner, _row.Epoch),
            _ => _row.Release(owner, request.Epoch),
        };
        request.IsGranted = after is not null;
        if (after is null) return;
        if (request.Ask == LeaseAsk.Acquire && world.Mutation == ApplicationMutation.LeaseKeepsItsEpoch && before.Epoch > 0)
            after = after with { Epoch = before.Epoch };
        _row = after;
        if (request.Ask != LeaseAsk.Acquire) return;
        request.Epoch = after.Epoch;
        if (!_epochs.Add(after.Epoch)) throw new Violation($"Epoch {after.Epoch} of the lease was granted before it was granted to {owner}.");
    }

    public void StepClock(long byMs)
    {
        _offsetMs += byMs;
        if (byMs > 0) _steppedForwardAtMs = world.NowMs;
        world.Log($"the clock of the database is now off by {_offsetMs} ms");
    }

    /// <summary>
    /// No two that run believe to hold the lease, but for one case: the database's clock stepped forward after the older one was confirmed. That one
    /// learns so by its next renewal.
    /// </summary>
    public void CheckBeliefs(IEnumerable<SimulatedProcess> processes)
    {
        var believers = processes.Where(p => p.IsRunning && p.Lease.Believes).Select(p => p.Lease).OrderBy(lease => lease.Epoch).ToList();
        if (believers.Count < 2) return;
        if (believers.SkipLast(1).Any(older => _steppedForwardAtMs < older.ConfirmedAtMs))
            throw new Violation($"{string.Join(" and ", believers.Select(b => $"{b.Name} at epoch {b.Epoch}"))} believe to hold the lease; the row is {_row}.");
    }
}
