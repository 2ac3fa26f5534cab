namespace ActorStreams.Pipelines.Tests.Fakes;

/// <summary>Waits for a condition that other threads bring about.</summary>
public static class Eventually
{
    public static async Task BeTrueAsync(Func<bool> condition, string expected, int seconds = 15)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        while (!condition())
        {
            if (timeout.IsCancellationRequested) throw new TimeoutException($"Expected within {seconds} s: {expected}.");
            await Task.Delay(5, CancellationToken.None);
        }
    }
}
