namespace ActorStreams.Pipelines.Sinks;

/// <summary>
/// Waits for answers that may never come: each time one does not, the next is waited for twice as long, up to eight times; one that comes
/// early starts over. For what may be asked again at any time.
/// </summary>
public sealed class AnswerPatience(TimeSpan first, TimeProvider time)
{
    private const int DoublingsMax = 3;
    private int _doublings;

    /// <summary>Null when none came in time.</summary>
    /// <param name="extra">What the answer takes anyway.</param>
    public async Task<T?> WaitAsync<T>(Task<T> answer, TimeSpan extra = default)
        where T : class
    {
        var since = time.GetTimestamp();
        try
        {
            var answered = await answer.WaitAsync((first * (1 << _doublings)) + extra, time);
            if (time.GetElapsedTime(since) <= first + extra) _doublings = 0;
            return answered;
        }
        catch (TimeoutException) when (!answer.IsFaulted)
        {
            if (answer.IsCompletedSuccessfully) return await answer;
            _doublings = Math.Min(_doublings + 1, DoublingsMax);
            // Nobody looks at it any more; a failure of it is no failure of the process.
            _ = answer.ContinueWith(late => _ = late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            return null;
        }
    }
}
