using System.Data.Common;
using Akka.Actor;
using Akka.Coordination;
using Akka.Event;

namespace ActorStreams.Clustering.Leases;

/// <summary>
/// A lease in the store, named by <c>lease-class</c>. What is not answered in time counts as not granted and, once
/// <see cref="LeaseTerms.CertainFor"/> has passed, as lost; no call takes longer than two of its timeouts.
/// </summary>
/// <remarks>
/// A request whose answer was lost may have been granted. Then the row keeps others out for one time to live though nobody believes to hold it:
/// that costs time and no safety. The contrary, two who believe it, needs a clock of the database that steps forward: until the next renewal.
/// Faults are answered with false, not with the exception that Akka's contract has for them: those who use leases treat the two alike, and
/// Akka's singleton would log each failed try of an outage as an error with its stack.
/// </remarks>
public sealed class SqlLease : Lease
{
    /// <summary>Where <c>akka.conf</c> has the settings of these leases, for <c>use-lease</c>, <c>lease-implementation</c> and <see cref="LeaseProvider.GetLease"/>.</summary>
    public const string ConfigPath = "actorstreams.lease";

    private readonly Lock _gate = new();
    // A release must not overtake the request for what it gives back.
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly LeaseTable _table;
    private readonly TimeProvider _time;
    private readonly LeaseTerms _terms;
    private readonly ILoggingAdapter _log;

    // What is believed, and the newest grant that was not given back; the second outlives the first where a renewal was not answered.
    private Holding? _holding;
    private long? _granted;
    private bool _isAway;

    public SqlLease(LeaseSettings settings, ExtendedActorSystem system) : base(settings)
    {
        ArgumentNullException.ThrowIfNull(system);
        var leases = SqlLeases.Get(system);
        _table = leases.Table;
        _time = leases.Time;
        _terms = LeaseTerms.From(settings.TimeoutSettings);
        _log = Logging.GetLogger(system, this);
        Owner = $"{settings.OwnerName}#{leases.Incarnation}";
        // A singleton's manager that is downed or stopped with its system does not always give its lease back. Now nothing runs under it any more.
        _ = system.WhenTerminated.ContinueWith(_ => Release(), TaskScheduler.Default);
    }

    /// <summary>The owner that Akka names and the incarnation of its process.</summary>
    public string Owner { get; }

    /// <summary>Of the grant that is believed; 0 where none is.</summary>
    public long Epoch
    {
        get
        {
            lock (_gate) return _holding?.Hold.Epoch ?? 0;
        }
    }

    public override bool CheckLease()
    {
        lock (_gate) return _holding?.Hold.IsCertain(Moment.Now(_time), _terms) ?? false;
    }

    public override Task<bool> Acquire() => Acquire(_ => { });

    /// <summary>Ends what this lease held so far, without calling anybody back, and asks anew.</summary>
    public override async Task<bool> Acquire(Action<Exception> leaseLostCallback)
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            End();
            var askedAt = Moment.Now(_time);
            var (isAnswered, epoch) = await AskAsync(
                cancel => _table.AcquireAsync(Settings.LeaseName, Owner, _terms.TimeToLive, cancel), _terms.AskTimeout).ConfigureAwait(false);
            if (!isAnswered || epoch is not { } granted) return false;
            _granted = granted;
            var holding = new Holding(new LeaseHold(granted, askedAt), leaseLostCallback);
            // A process that was stopped while it waited for the answer was granted what may be over.
            if (!holding.Hold.IsCertain(Moment.Now(_time), _terms)) return false;
            lock (_gate) _holding = holding;
            _ = KeepAsync(holding);
            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>False where it is not known whether the row still keeps others out, which it then does for one time to live at most.</summary>
    public override async Task<bool> Release()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            End();
            if (_granted is not { } epoch) return true;
            var (isAnswered, _) = await AskAsync(
                cancel => _table.ReleaseAsync(Settings.LeaseName, Owner, epoch, cancel), _terms.AskTimeout).ConfigureAwait(false);
            if (isAnswered) _granted = null;
            return isAnswered;
        }
        finally
        {
            _turn.Release();
        }
    }

    public override string ToString() => $"lease {Settings.LeaseName} of {Owner}";

    private async Task KeepAsync(Holding holding)
    {
        try
        {
            while (IsHeld(holding))
            {
                var left = holding.Hold.Left(Moment.Now(_time), _terms);
                if (left <= TimeSpan.Zero) Lose(holding, $"The store has not confirmed it for {_terms.CertainFor.TotalSeconds:0.#} s.");
                else await Task.Delay(left < _terms.RenewEvery ? left : _terms.RenewEvery, _time).ConfigureAwait(false);
                await RenewAsync(holding).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            // What nobody renews must not be believed, whatever the reason.
            Lose(holding, e.ToString());
        }
    }

    private async Task RenewAsync(Holding holding)
    {
        var askedAt = Moment.Now(_time);
        var left = holding.Hold.Left(askedAt, _terms);
        if (left <= TimeSpan.Zero || !IsHeld(holding)) return;
        var (isAnswered, isOurs) = await AskAsync(
            cancel => _table.RenewAsync(Settings.LeaseName, Owner, holding.Hold.Epoch, _terms.TimeToLive, cancel),
            left < _terms.AskTimeout ? left : _terms.AskTimeout).ConfigureAwait(false);
        if (!isAnswered) return;
        if (!isOurs)
        {
            Lose(holding, "Another owner has taken it over.");
            return;
        }
        lock (_gate) holding.Hold = holding.Hold with { AskedAt = askedAt };
    }

    private bool IsHeld(Holding holding)
    {
        lock (_gate) return _holding == holding;
    }

    private void End()
    {
        lock (_gate) _holding = null;
    }

    private void Lose(Holding holding, string why)
    {
        lock (_gate)
        {
            if (_holding != holding) return;
            _holding = null;
        }
        _log.Warning("Lease {Lease} is lost: {Why}", Settings.LeaseName, why);
        holding.Lost(new LeaseException($"{this} is lost: {why}"));
    }

    /// <summary>
    /// Waits from outside as well: towards a server that vanished, Npgsql first tries to cancel, and that takes its own time.
    /// </summary>
    private async Task<(bool IsAnswered, T? Answer)> AskAsync<T>(Func<CancellationToken, Task<T>> ask, TimeSpan timeout)
    {
        using var limit = new CancellationTokenSource(timeout, _time);
        try
        {
            var answer = await ask(limit.Token).WaitAsync(timeout, _time).ConfigureAwait(false);
            if (_isAway) _log.Info("Lease {Lease}: the store answers again", Settings.LeaseName);
            _isAway = false;
            return (true, answer);
        }
        catch (Exception e) when (e is DbException or TimeoutException or OperationCanceledException or ObjectDisposedException)
        {
            // Once for each outage.
            if (!_isAway) _log.Warning("Lease {Lease}: the store does not answer: {Reason}", Settings.LeaseName, e.Message);
            _isAway = true;
            return (false, default);
        }
    }

    /// <summary>One grant, from its answer to its end.</summary>
    private sealed class Holding(LeaseHold hold, Action<Exception> lost)
    {
        public LeaseHold Hold { get; set; } = hold;
        public Action<Exception> Lost { get; } = lost;
    }
}
