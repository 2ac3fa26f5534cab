using Microsoft.Extensions.Time.Testing;

namespace ActorStreams.Pipelines.Tests.Fakes;

/// <summary>Time that the spec alone moves, which counts the ticks of timers that tick again and again.</summary>
public sealed class CountingTime(DateTimeOffset start) : FakeTimeProvider(start)
{
    private int _ticks;

    public int Ticks => Volatile.Read(ref _ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(
        of =>
        {
            if (period > TimeSpan.Zero) Interlocked.Increment(ref _ticks);
            callback(of);
        }, state, dueTime, period);
}
