namespace ActorStreams.Shards.Store;

/// <summary>Gives the space of deleted rows back to the file system, in the background and in small steps.</summary>
public sealed class SpaceReclaimer : IAsyncDisposable
{
    private const long StepBytesMax = 64L << 20;
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(10);
    private readonly ShardStore _store;
    private readonly PeriodicTimer _timer;
    private readonly CancellationTokenSource _stopped = new();
    private readonly Task _loop;
    private int _freed;

    public SpaceReclaimer(ShardStore store, TimeProvider time)
    {
        _store = store;
        _timer = new PeriodicTimer(s_interval, time);
        _loop = LoopAsync();
    }

    /// <summary>Says that rows were deleted; cheap, from any thread.</summary>
    public void SpaceFreed() => Volatile.Write(ref _freed, 1);

    private async Task LoopAsync()
    {
        while (await _timer.WaitForNextTickAsync().ConfigureAwait(false))
        {
            if (Interlocked.Exchange(ref _freed, 0) == 0) continue;
            try
            {
                while (await _store.GiveBackSpaceAsync(StepBytesMax, _stopped.Token).ConfigureAwait(false) > 0) { }
            }
            catch (OperationCanceledException) when (_stopped.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is System.Data.Common.DbException or TimeoutException)
            {
                // The store is busy or away; the pages are free all the same and are given back next time.
                SpaceFreed();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync().ConfigureAwait(false);
        _timer.Dispose();
        await _loop.ConfigureAwait(false);
        _stopped.Dispose();
    }
}
