namespace ActorStreams.Pipelines.Firehose;

/// <summary>
/// That a consumer still owns its shard, as a write of its journal shows, which fails where another has taken over. Whoever writes under names that its
/// successor does not use asks before each write: one that was stopped and wakes writes nothing more, but for a write that was under way.
/// </summary>
/// <param name="prove">Throws, or does not end, where another owns the shard.</param>
internal sealed class OwnerProof(Func<Task> prove, TimeProvider time)
{
    /// <summary>Much shorter than a consumer is silent before another takes over.</summary>
    private static readonly TimeSpan s_validFor = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _one = new(1);
    private long _provenAt = time.GetTimestamp();

    public async Task CheckAsync(CancellationToken stop)
    {
        await _one.WaitAsync(stop);
        try
        {
            if (time.GetElapsedTime(_provenAt) < s_validFor) return;
            await prove();
            _provenAt = time.GetTimestamp();
        }
        finally
        {
            _one.Release();
        }
    }
}
