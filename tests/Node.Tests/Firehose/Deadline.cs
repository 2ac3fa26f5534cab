namespace ActorStreams.Node.Tests.Firehose;

/// <summary>Until when real processes are waited for.</summary>
internal sealed class Deadline(TimeSpan patience)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly long _since = TimeProvider.System.GetTimestamp();

    public TimeSpan Elapsed => TimeProvider.System.GetElapsedTime(_since);

    /// <summary>A pause before another look. Throws <see cref="TimeoutException"/> once the patience is over.</summary>
    /// <param name="otherwise">What did not happen.</param>
    public Task PauseAsync(string otherwise) => Elapsed < patience ? Task.Delay(s_pause) : throw new TimeoutException($"After {patience.TotalSeconds} s {otherwise}");
}
