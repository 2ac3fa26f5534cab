namespace ActorStreams.Pipelines.Sinks;

/// <summary>Waits that double from <paramref name="First"/> to <paramref name="Max"/>, each shortened by up to half at random.</summary>
public sealed record RetryDelays(TimeSpan First, TimeSpan Max)
{
    /// <param name="attempt">0 for the wait after the first failure.</param>
    public TimeSpan After(int attempt)
    {
        var doubled = Math.Min(First.TotalMilliseconds * Math.Pow(2, Math.Min(attempt, 30)), Max.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(doubled * (0.5 + (Random.Shared.NextDouble() / 2)));
    }

    public Task WaitAsync(int attempt, TimeProvider time, CancellationToken cancel) => Task.Delay(After(attempt), time, cancel);
}
