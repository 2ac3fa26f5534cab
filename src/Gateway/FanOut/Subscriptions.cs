using ActorStreams.Gateway.Hosting;

namespace ActorStreams.Gateway.FanOut;

/// <summary>
/// The subscriptions of a node. Looks after those whose client does not take what it is sent: one that stands still for too long is cut
/// off, and of too many slow ones those that have stood longest. Safe from any thread.
/// </summary>
internal sealed class Subscriptions
{
    /// <summary>A client that takes nothing for so long is a slow one.</summary>
    private static readonly TimeSpan SlowAfter = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    private readonly FanOutOptions _options;
    private readonly TimeProvider _time;
    private readonly GatewayMetrics _metrics;
    private readonly CancellationTokenSource _ended = new();
    private readonly Lock _lock = new();
    private readonly HashSet<ISubscription> _open = [];
    private readonly ITimer _timer;

    public Subscriptions(FanOutOptions options, TimeProvider time, GatewayMetrics metrics)
    {
        _options = options;
        _time = time;
        _metrics = metrics;
        Budget = new EventBudget(options.EventsBytesMax);
        _timer = time.CreateTimer(_ => CutOffStalled(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What the node needs to know of one.</summary>
    public interface ISubscription
    {
        /// <summary>Since when its client takes nothing, as a time stamp; 0 while it does.</summary>
        long StandsSince { get; }

        void CutOff(string reason);
    }

    public EventBudget Budget { get; }

    /// <summary>Set when the node stops: all end, so that their clients go elsewhere.</summary>
    public CancellationToken Ended => _ended.Token;

    public int Count
    {
        get
        {
            lock (_lock) return _open.Count;
        }
    }

    /// <summary>False when there are as many as there may be.</summary>
    public bool TryAdd(ISubscription subscription)
    {
        lock (_lock)
        {
            if (_open.Count >= _options.SubscriptionsMax) return false;
            _open.Add(subscription);
            if (_open.Count == 1) _timer.Change(LookEvery, LookEvery);
        }
        _metrics.SubscriptionsOpen(1);
        return true;
    }

    public void Remove(ISubscription subscription)
    {
        lock (_lock)
        {
            if (!_open.Remove(subscription)) return;
            if (_open.Count == 0) _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
        _metrics.SubscriptionsOpen(-1);
    }

    public void End() => _ended.Cancel();

    private void CutOffStalled()
    {
        ISubscription[] open;
        lock (_lock) open = [.. _open];
        var slow = new List<(ISubscription Subscription, TimeSpan Stands)>();
        foreach (var subscription in open)
        {
            if (subscription.StandsSince is not 0 and var since && _time.GetElapsedTime(since) is var stands && stands > SlowAfter)
                slow.Add((subscription, stands));
        }
        // The longest first.
        slow.Sort((a, b) => b.Stands.CompareTo(a.Stands));
        for (var i = 0; i < slow.Count; i++)
        {
            if (slow[i].Stands >= _options.StallTimeout) slow[i].Subscription.CutOff($"its client took nothing for {slow[i].Stands.TotalSeconds:0} s");
            else if (i < slow.Count - _options.StalledMax) slow[i].Subscription.CutOff($"more than {_options.StalledMax} clients take nothing, and it stood longest");
        }
    }
}
