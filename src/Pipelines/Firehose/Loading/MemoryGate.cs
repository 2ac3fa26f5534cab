namespace ActorStreams.Pipelines.Firehose.Loading;

/// <summary>
/// What the loads of a node may hold in memory together: each takes what it will hold and gives it back. Whoever came first is let in first, so that one that
/// takes much is not passed by for ever; one that takes more than there is goes in alone. A load takes once and not more while it holds, so that none waits for
/// another that waits for it.
/// </summary>
public sealed class MemoryGate
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _waiting = [];
    private readonly long _bytesMax;
    private long _taken;

    /// <exception cref="ArgumentOutOfRangeException">Not above 0.</exception>
    public MemoryGate(long bytesMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytesMax);
        _bytesMax = bytesMax;
    }

    /// <summary>Bytes that are taken now.</summary>
    public long Taken
    {
        get
        {
            lock (_lock) return _taken;
        }
    }

    /// <summary>Whether one who came now would have to wait.</summary>
    public bool MustWait(long bytes)
    {
        lock (_lock) return !IsFree(Math.Min(bytes, _bytesMax));
    }

    /// <summary>Waits for its turn; what was taken is given back when the answer is disposed of, once.</summary>
    /// <param name="cancel">Ends the waiting, with <see cref="OperationCanceledException"/>, and nothing is taken.</param>
    public async Task<IDisposable> EnterAsync(long bytes, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        cancel.ThrowIfCancellationRequested();
        var wanted = Math.Min(bytes, _bytesMax);
        LinkedListNode<Waiter> node;
        lock (_lock)
        {
            if (IsFree(wanted))
            {
                _taken += wanted;
                return new Place(this, wanted);
            }
            node = _waiting.AddLast(new Waiter(wanted));
        }
        await using var registration = cancel.UnsafeRegister(_ => Leave(node, cancel), null);
        return await node.Value.Turn.Task;
    }

    private bool IsFree(long bytes) => _waiting.Count == 0 && _taken + bytes <= _bytesMax;

    private void Leave(LinkedListNode<Waiter> node, CancellationToken cancel)
    {
        lock (_lock)
        {
            // Not there any more: it was let in just before, and is the caller's to give back.
            if (node.List is null) return;
            _waiting.Remove(node);
            // Those behind may have waited for its turn alone.
            LetIn();
        }
        node.Value.Turn.TrySetCanceled(cancel);
    }

    private void GiveBack(long bytes)
    {
        lock (_lock)
        {
            _taken -= bytes;
            LetIn();
        }
    }

    private void LetIn()
    {
        while (_waiting.First is { } first && _taken + first.Value.Bytes <= _bytesMax)
        {
            _waiting.RemoveFirst();
            _taken += first.Value.Bytes;
            // Goes on elsewhere, not under the lock.
            first.Value.Turn.SetResult(new Place(this, first.Value.Bytes));
        }
    }

    private sealed record Waiter(long Bytes)
    {
        public TaskCompletionSource<IDisposable> Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Place(MemoryGate gate, long bytes) : IDisposable
    {
        private int _isGivenBack;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isGivenBack, 1) == 0) gate.GiveBack(bytes);
        }
    }
}
