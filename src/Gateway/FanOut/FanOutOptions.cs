namespace ActorStreams.Gateway.FanOut;

/// <summary>Bounds of SubscribeToShard on a node.</summary>
public sealed record FanOutOptions
{
    /// <summary>
    /// Subscriptions at once, default 2,000; more are refused with LimitExceededException. They do not count among the requests. Over HTTP/1.1
    /// each holds a connection of <c>ConnectionsMax</c>.
    /// </summary>
    public int SubscriptionsMax { get; init; } = 2_000;

    /// <summary>Silence after which an empty event is sent, default 5 s; some clients give up after 10 s without one.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a client may take nothing of what is sent before it is cut off, default 15 s.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Subscriptions whose client has taken nothing for more than a second, default 64; of more, those that have waited longest are cut off.
    /// </summary>
    public int StalledMax { get; init; } = 64;

    /// <summary>Bytes of events on their way together, default 128 MiB; subscriptions with more to send wait for each other.</summary>
    public long EventsBytesMax { get; init; } = 128L * 1024 * 1024;

    /// <summary>All that is wrong, each as a sentence that names the setting and what is allowed.</summary>
    public IEnumerable<string> Problems()
    {
        if (SubscriptionsMax < 0) yield return $"FanOut:SubscriptionsMax {SubscriptionsMax} is below 0.";
        if (HeartbeatInterval < TimeSpan.FromMilliseconds(100) || HeartbeatInterval > TimeSpan.FromMinutes(5))
            yield return $"FanOut:HeartbeatInterval {HeartbeatInterval} is not in 00:00:00.1 to 00:05:00.";
        if (StallTimeout < TimeSpan.FromSeconds(1)) yield return $"FanOut:StallTimeout {StallTimeout} is below 1 s.";
        if (StalledMax < 1) yield return $"FanOut:StalledMax {StalledMax} is below 1.";
        if (EventsBytesMax < 20 * 1024 * 1024) yield return $"FanOut:EventsBytesMax {EventsBytesMax} is below 20971520.";
    }
}
