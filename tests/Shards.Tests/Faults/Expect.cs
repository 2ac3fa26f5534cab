namespace ActorStreams.Shards.Tests.Faults;

/// <summary>Waits with a bound, and says what was waited for when it is reached.</summary>
internal static class Expect
{
    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(20);

    public static Task EventuallyAsync(string what, double withinSeconds, Func<bool> condition) =>
        EventuallyAsync(what, withinSeconds, () => Task.FromResult(condition()));

    public static async Task EventuallyAsync(string what, double withinSeconds, Func<Task<bool>> condition)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(since).TotalSeconds > withinSeconds)
                throw new TimeoutException($"Not within {withinSeconds} s: {what}.");
            await Task.Delay(s_between);
        }
    }

    /// <summary>The value of a task that must not take longer.</summary>
    public static async Task<T> WithinAsync<T>(string what, double seconds, Task<T> task)
    {
        try
        {
            return await task.WaitAsync(TimeSpan.FromSeconds(seconds));
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"Not within {seconds} s: {what}.", e);
        }
    }
}
