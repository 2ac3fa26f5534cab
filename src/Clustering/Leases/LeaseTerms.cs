using Akka.Coordination;

namespace ActorStreams.Clustering.Leases;

/// <summary>The times of a lease.</summary>
/// <param name="TimeToLive">How long the row keeps others out after the last grant or renewal.</param>
/// <param name="RenewEvery">Between two renewals.</param>
/// <param name="AskTimeout">How long one request to the database may take.</param>
public sealed record LeaseTerms(TimeSpan TimeToLive, TimeSpan RenewEvery, TimeSpan AskTimeout)
{
    /// <summary>
    /// How long an owner believes a confirmation, counted from before it asked. It ends one renewal before the row does: that is the time which the
    /// owner has to stop what it does under the lease, and far more than the rates of two machines' clocks differ in it.
    /// </summary>
    public TimeSpan CertainFor => TimeToLive - RenewEvery;

    /// <exception cref="ArgumentException">A renewal is not less than half of the time to live, or a time is not above zero.</exception>
    public static LeaseTerms From(TimeoutSettings settings)
    {
        if (settings.HeartbeatInterval <= TimeSpan.Zero || settings.OperationTimeout <= TimeSpan.Zero)
            throw new ArgumentException($"A lease needs times above zero; heartbeat-interval is {settings.HeartbeatInterval}, lease-operation-timeout {settings.OperationTimeout}.");
        if (settings.HeartbeatInterval * 2 >= settings.HeartbeatTimeout)
            throw new ArgumentException($"heartbeat-interval must be less than half of heartbeat-timeout; they are {settings.HeartbeatInterval} and {settings.HeartbeatTimeout}.");
        return new LeaseTerms(settings.HeartbeatTimeout, settings.HeartbeatInterval, settings.OperationTimeout);
    }
}
