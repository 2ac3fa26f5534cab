using ActorStreams.Clustering.Leases;

namespace ActorStreams.Simulation.Tests.Applications;

/// <summary>One process's wish to hold the coordinator's lease, as <see cref="SqlLease"/> and Akka's singleton go about it. While it is held, a coordinator runs.</summary>
internal sealed class LeaseOwner(ApplicationWorld world, SimulatedProcess process)
{
    public static readonly LeaseTerms Terms = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));

    private LeaseHold? _hold;
    private long? _granted;
    private LeaseRequest? _outstanding;
    private TimeSpan _askedLast;

    public string Name { get; } = process.Name;
    public SimulatedProcess Process => process;
    public long Epoch => _hold?.Epoch ?? 0;

    /// <summary>When it asked for what it believes, in the world's time.</summary>
    public long ConfirmedAtMs { get; private set; }

    public bool Believes => world.Mutation switch
    {
        ApplicationMutation.LeaseIsBelievedWithoutAClock => _hold is not null,
        ApplicationMutation.LeaseIsBelievedBySuspendedClock => _hold?.Left(process.Now, Terms) > TimeSpan.Zero,
        _ => _hold?.IsCertain(process.Now, Terms) ?? false,
    };

    public bool CanStep => IsLate || IsOver || (_outstanding is null && SinceAsked >= (_hold is null ? TimeSpan.FromMilliseconds(500) : Terms.RenewEvery));

    private TimeSpan SinceAsked => process.Now.Monotonic - _askedLast;
    private bool IsLate => _outstanding is not null && SinceAsked >= Terms.AskTimeout;
    private bool IsOver => _hold?.Left(process.Now, Terms) <= TimeSpan.Zero && world.Mutation != ApplicationMutation.LeaseIsBelievedWithoutAClock;

    public void Step()
    {
        // The request may still arrive; its answer is not waited for any more.
        if (IsLate) _outstanding = null;
        if (IsOver) Lose("was not confirmed in time");
        else if (_outstanding is null) Send(_hold is null ? LeaseAsk.Acquire : LeaseAsk.Renew, Epoch);
    }

    /// <summary>A singleton that hands over stops, and gives its lease back.</summary>
    public void GiveBack()
    {
        if (_hold is null || _granted is not { } epoch) return;
        Lose("hands over");
        Send(LeaseAsk.Release, epoch);
    }

    public void Receive(LeaseRequest answer)
    {
        if (_outstanding != answer) return;
        _outstanding = null;
        switch (answer.Ask)
        {
            case LeaseAsk.Acquire when answer.IsGranted == true:
                _granted = answer.Epoch;
                var hold = new LeaseHold(answer.Epoch, AskedAt(answer));
                if (hold.Left(process.Now, Terms) <= TimeSpan.Zero) break;
                _hold = hold;
                ConfirmedAtMs = answer.AskedAtMs;
                world.Log($"{Name} holds the lease at epoch {answer.Epoch}");
                world.StartCoordinator(process);
                break;
            case LeaseAsk.Renew when answer.IsGranted == true && _hold?.Epoch == answer.Epoch:
                _hold = _hold with { AskedAt = AskedAt(answer) };
                ConfirmedAtMs = answer.AskedAtMs;
                break;
            case LeaseAsk.Renew when _hold?.Epoch == answer.Epoch:
                Lose("was taken");
                break;
        }
    }

    private Moment AskedAt(LeaseRequest answer) =>
        world.Mutation == ApplicationMutation.LeaseIsBelievedFromItsAnswer ? process.Now : answer.AskedAt;

    private void Send(LeaseAsk ask, long epoch)
    {
        _askedLast = process.Now.Monotonic;
        _outstanding = new LeaseRequest(this, ask, epoch, process.Now, world.NowMs);
        world.Database.Requests.Add(_outstanding);
    }

    private void Lose(string why)
    {
        world.Log($"the lease of {Name} at epoch {Epoch} {why}");
        _hold = null;
        world.StopCoordinators(process);
    }
}
