using System.Data.Common;

namespace ActorStreams.Shards.Store;

/// <summary>
/// Tells the store's present state, from a question every second and from what became of the writes: lost after two failures in a row, back with
/// the first success. Safe from any thread.
/// </summary>
/// <param name="changed">Called with why the store is lost, and with null when it is back.</param>
/// <param name="gone">
/// Called once with why what is written from now on would not be kept: the file was deleted or replaced under this process.
/// </param>
public sealed class StoreWatch(ShardStore store, TimeProvider time, Action<string?> changed, Action<string> gone) : IAsyncDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>For an answer to the question; a server that is merely busy answers within it.</summary>
    public static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(2);

    /// <summary>
    /// A node that nobody writes to any more, since it is not ready, would never see a write succeed: after so long without a failed one it may
    /// try again.
    /// </summary>
    private static readonly TimeSpan s_writesForgivenAfter = TimeSpan.FromSeconds(10);

    private const int FailuresUntilLost = 2;

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopped = new();
    private Task _watching = Task.CompletedTask;
    private int _failedQuestions;
    private volatile int _failedWrites;
    private long _lastFailedWrite;
    private string _why = "";
    private string _whyWrites = "";
    private bool _isLost;

    public void Start() => _watching = WatchAsync(_stopped.Token);

    /// <summary>Costs nothing while writes succeed.</summary>
    public void WriteConfirmed()
    {
        if (_failedWrites == 0) return;
        lock (_lock)
        {
            _failedWrites = 0;
            Tell();
        }
    }

    public void WriteFailed(Exception cause)
    {
        lock (_lock)
        {
            _failedWrites++;
            _lastFailedWrite = time.GetTimestamp();
            _whyWrites = $"writes fail: {cause.GetBaseException().Message}";
            Tell();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        _stopped.Dispose();
    }

    /// <summary>Asks once.</summary>
    internal async Task AskAsync(CancellationToken cancel)
    {
        string? why = null;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            // Real time on purpose, as for every wait for a server.
            limit.CancelAfter(AnswerWithin);
            // Waited for from outside as well: not every driver heeds the token while the network is silent.
            await store.ProveAsync(limit.Token).WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (StoreGoneException e)
        {
            changed(e.Message);
            gone(e.Message);
            throw;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            why = $"the store did not answer within {AnswerWithin.TotalSeconds:0} s";
        }
        catch (Exception e) when (e is DbException or TimeoutException or IOException)
        {
            why = $"the store does not answer: {e.GetBaseException().Message}";
        }

        lock (_lock)
        {
            _failedQuestions = why is null ? 0 : _failedQuestions + 1;
            if (why is not null) _why = why;
            if (_failedWrites > 0 && time.GetElapsedTime(_lastFailedWrite) > s_writesForgivenAfter) _failedWrites = 0;
            Tell();
        }
    }

    private async Task WatchAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancel).ConfigureAwait(false)) await AskAsync(cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or StoreGoneException)
        {
            // The node stops.
        }
    }

    private void Tell()
    {
        var why = _failedQuestions >= FailuresUntilLost ? _why : _failedWrites >= FailuresUntilLost ? _whyWrites : null;
        if (why is null && !_isLost) return;
        _isLost = why is not null;
        changed(why);
    }
}
