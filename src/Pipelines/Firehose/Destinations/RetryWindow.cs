using ActorStreams.Pipelines.Sinks;

namespace ActorStreams.Pipelines.Firehose.Destinations;

/// <summary>
/// For how long a delivery that fails is tried again, and how soon: pure, so that its beginning can be persisted and it goes on after a crash
/// as if there had been none. The last try comes when the window closes.
/// </summary>
/// <param name="Since">When the first try began.</param>
/// <param name="Length">Zero for one try alone; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
/// <param name="Delays">Waits between tries, with jitter.</param>
public sealed record RetryWindow(DateTimeOffset Since, TimeSpan Length, RetryDelays Delays)
{
    /// <summary>1 s, doubled up to 5 min, which a destination that is back after a night is not kept waiting for.</summary>
    public static readonly RetryDelays UsualDelays = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));

    /// <summary>How long to wait before the next try, or null when it is over and the delivery goes to the backup.</summary>
    /// <param name="failures">Tries that failed, this one counted.</param>
    /// <param name="asked">What the destination asked to be spared for, at most up to the end of the window; null when it said nothing.</param>
    public TimeSpan? DelayAfter(int failures, DateTimeOffset now, TimeSpan? asked = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(failures, 1);
        var delay = Delays.After(failures - 1);
        if (asked > delay) delay = asked.Value;
        if (Length == Timeout.InfiniteTimeSpan) return delay;
        // A clock that was set back gives no time beyond the window's length.
        var left = Length - (now > Since ? now - Since : TimeSpan.Zero);
        return left <= TimeSpan.Zero ? null : delay < left ? delay : left;
    }

    /// <summary>Tries until an answer needs no other try or the window closes; the last answer and how many tries it took.</summary>
    /// <param name="attempt">One try; told how many failed before it.</param>
    /// <param name="retry">Whether the answer asks for another try, and how long the destination asked to be spared; null for an answer that is final.</param>
    public async Task<(T Answer, int Tries)> RunAsync<T>(
        Func<int, CancellationToken, Task<T>> attempt, Func<T, RetryAsked?> retry, TimeProvider time, CancellationToken cancel)
    {
        var held = TimeSpan.Zero;
        for (var failures = 0; ;)
        {
            var answer = await attempt(failures, cancel);
            if (retry(answer) is not { } asked) return (answer, failures + 1);
            failures++;
            held += asked.Held;
            if (DelayAfter(failures, time.GetUtcNow() - held, asked.After) is not { } delay) return (answer, failures);
            await Task.Delay(delay, time, cancel);
        }
    }
}

/// <param name="After">How long the destination asked to be spared; null when it said nothing.</param>
/// <param name="Held">How long the try waited for something of ours, which counts for nothing.</param>
public readonly record struct RetryAsked(TimeSpan? After, TimeSpan Held = default);
