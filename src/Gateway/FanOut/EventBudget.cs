namespace ActorStreams.Gateway.FanOut;

/// <summary>Bounds the bytes of events that are on their way together; who wants more than there are waits, in order. Safe from any thread.</summary>
internal sealed class EventBudget(long bytesMax)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<(long Bytes, TaskCompletionSource Given)> _waiting = new();
    private long _taken;

    public long Taken
    {
        get
        {
            lock (_lock) return _taken;
        }
    }

    public async ValueTask TakeAsync(long bytes, CancellationToken cancel)
    {
        LinkedListNode<(long Bytes, TaskCompletionSource Given)> place;
        lock (_lock)
        {
            if (_waiting.Count == 0 && Fits(bytes))
            {
                _taken += bytes;
                return;
            }
            place = _waiting.AddLast((bytes, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
        }
        try
        {
            await place.Value.Given.Task.WaitAsync(cancel);
        }
        catch
        {
            lock (_lock)
            {
                if (place.List is null) _taken -= bytes;
                else _waiting.Remove(place);
                Give();
            }
            throw;
        }
    }

    /// <summary>Takes without waiting, for what is in memory already; the others wait until it has come back.</summary>
    public void Overdraw(long bytes)
    {
        lock (_lock) _taken += bytes;
    }

    public void Return(long bytes)
    {
        lock (_lock)
        {
            _taken -= bytes;
            Give();
        }
    }

    // An event larger than all there is goes alone.
    private bool Fits(long bytes) => _taken == 0 || _taken + bytes <= bytesMax;

    private void Give()
    {
        while (_waiting.First is { } first && Fits(first.Value.Bytes))
        {
            _taken += first.Value.Bytes;
            _waiting.RemoveFirst();
            first.Value.Given.SetResult();
        }
    }
}
