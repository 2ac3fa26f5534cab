using Microsoft.Extensions.Time.Testing;

namespace ActorStreams.Shards.Tests.Faults;

/// <summary>A machine whose wall clock can be set without time going by: timers and time stamps know nothing of it.</summary>
internal sealed class SteppedClock(DateTimeOffset start) : TimeProvider
{
    private readonly FakeTimeProvider _steady = new(start);
    private TimeSpan _offset;

    public override long TimestampFrequency => _steady.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _steady.GetUtcNow() + _offset;

    public override long GetTimestamp() => _steady.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _steady.CreateTimer(callback, state, dueTime, period);

    /// <summary>Time goes by, on the wall too.</summary>
    public void Advance(TimeSpan by) => _steady.Advance(by);

    /// <summary>Somebody sets the wall clock, forward or back.</summary>
    public void Set(DateTimeOffset wall) => _offset = wall - _steady.GetUtcNow();
}
