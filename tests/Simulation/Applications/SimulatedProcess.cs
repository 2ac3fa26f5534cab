using ActorStreams.Clustering.Leases;

namespace ActorStreams.Simulation.Tests.Applications;

/// <summary>A node process on a machine of its own: it can be killed, stopped and woken, and its clocks are its own.</summary>
/// <param name="canSuspend">
/// Its machine is suspended at times, and then its wall clock is not set: where both happen at once, neither of its clocks tells that time has passed.
/// </param>
internal sealed class SimulatedProcess(ApplicationWorld world, string name, bool canSuspend)
{
    private static readonly DateTimeOffset s_start = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);
    private long _suspendedMs;
    private long? _suspendedFromMs;
    private long _offsetMs;
    private long _frozenUntilMs;
    private int _life;

    public string Name => $"{name}#{_life}";

    public LeaseOwner Lease { get; private set; } = null!;

    /// <summary>False while it stands still, and does not know it.</summary>
    public bool IsRunning => world.NowMs >= _frozenUntilMs;

    public Moment Now
    {
        get
        {
            if (_suspendedFromMs is { } from && IsRunning)
            {
                _suspendedMs += _frozenUntilMs - from;
                _suspendedFromMs = null;
            }
            return new Moment(TimeSpan.FromMilliseconds(world.NowMs - _suspendedMs), s_start.AddMilliseconds(world.NowMs + _offsetMs));
        }
    }

    /// <summary>Starts anew; what ran in it is gone.</summary>
    public void Start()
    {
        _life++;
        _frozenUntilMs = 0;
        _suspendedFromMs = null;
        Lease = new LeaseOwner(world, this);
        world.Log($"process {Name} starts");
    }

    public void Freeze(long forMs)
    {
        if (!IsRunning) return;
        var suspends = canSuspend && world.Chance(50);
        if (suspends) _suspendedFromMs = world.NowMs;
        _frozenUntilMs = world.NowMs + forMs;
        world.Log($"process {Name} {(suspends ? "is suspended with its machine" : "is stopped")} until {_frozenUntilMs} ms");
    }

    public void Wake() => _frozenUntilMs = Math.Min(_frozenUntilMs, world.NowMs);

    public void StepClock(long byMs)
    {
        if (canSuspend) return;
        _offsetMs += byMs;
        world.Log($"the clock of {Name} is now off by {_offsetMs} ms");
    }

    public override string ToString() => Name;
}
