namespace ActorStreams.Clustering.Tests.Leases;

/// <summary>The clocks of one process, which can be stopped, suspended with its machine, or set wrong. Timers are real.</summary>
internal sealed class ProcessTime : TimeProvider
{
    private long _stoppedTicks;
    private long _wallTicks;

    /// <summary>The process did not run for a while, as after SIGSTOP and SIGCONT.</summary>
    public void WasStopped(TimeSpan by)
    {
        Interlocked.Add(ref _stoppedTicks, by.Ticks);
        Interlocked.Add(ref _wallTicks, by.Ticks);
    }

    /// <summary>The wall clock alone went on: the machine was suspended, or the clock was set.</summary>
    public void WallClockMoved(TimeSpan by) => Interlocked.Add(ref _wallTicks, by.Ticks);

    public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref _stoppedTicks) * (TimestampFrequency / TimeSpan.TicksPerSecond);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _wallTicks));
}
