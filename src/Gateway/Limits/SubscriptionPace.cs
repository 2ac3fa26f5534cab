namespace ActorStreams.Gateway.Limits;

/// <summary>
/// Paces what one consumer is sent of one shard: 2 MiB a second after a first second's worth. The sender waits before each event for
/// those that it sent before. For one sender at a time.
/// </summary>
internal sealed class SubscriptionPace(TimeProvider time)
{
    private RateBucket _bytes = new(KinesisRates.SubscriptionBytesPerSecond, time);

    /// <summary>Ends at once while the pace is kept, else when what was sent before has had its time; then counts the bytes.</summary>
    public ValueTask WaitAsync(long bytes, CancellationToken cancel)
    {
        var wait = _bytes.UntilPaid(time.GetTimestamp());
        if (wait > TimeSpan.Zero) return new ValueTask(WaitAsync(wait, bytes, cancel));
        _bytes.Take(bytes);
        return ValueTask.CompletedTask;
    }

    private async Task WaitAsync(TimeSpan wait, long bytes, CancellationToken cancel)
    {
        while (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, time, cancel);
            // Timers may be early by a tick of their own clock.
            wait = _bytes.UntilPaid(time.GetTimestamp());
        }
        _bytes.Take(bytes);
    }
}
