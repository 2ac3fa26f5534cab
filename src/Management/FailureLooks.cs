using ActorStreams.Pipelines.Firehose;
using ActorStreams.Pipelines.Firehose.Redriving;

namespace ActorStreams.Management;

/// <summary>
/// Looks at what delivery streams could not deliver, one at a time for each definition: a file system that hangs holds up the thread that asks it, and a folder of the
/// spool. Whoever asks while another waits for a look shares it. Safe from any thread.
/// </summary>
internal sealed class FailureLooks(Redriver redriver)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Name, long Version, DateTimeOffset CreatedAt), Look> _looks = [];

    /// <param name="wait">For which it is waited; a look that nobody waits for any more is given up.</param>
    /// <exception cref="TimeoutException">Not told within the time, as the message says, or not to one who asked before.</exception>
    public async Task<IReadOnlyList<Failure>> ListAsync(DeliveryDefinition definition, TimeSpan wait, CancellationToken cancel)
    {
        var look = Join(definition);
        try
        {
            return await look.Found.WaitAsync(wait, cancel);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"The destination has not told them within {wait.TotalSeconds:0} s.", e);
        }
        finally
        {
            if (IsLastToLeave(look)) await look.GiveUp.CancelAsync();
        }
    }

    private Look Join(DeliveryDefinition definition)
    {
        var key = (definition.Name, definition.Version, definition.CreatedAt);
        lock (_lock)
        {
            // One that has ended is about to be taken away.
            if (_looks.TryGetValue(key, out var look) && !look.Found.IsCompleted)
            {
                if (look.Waiting == 0) throw new TimeoutException("The destination has not told them yet to one who asked before; it is asked again once it has.");
                look.Waiting++;
                return look;
            }
            var giveUp = new CancellationTokenSource();
            var begun = _looks[key] = new Look(giveUp, Task.Run(() => redriver.ListAsync(definition, giveUp.Token), CancellationToken.None));
            _ = begun.Found.ContinueWith(_ => End(key, begun), TaskScheduler.Default);
            return begun;
        }
    }

    private bool IsLastToLeave(Look look)
    {
        lock (_lock) return --look.Waiting == 0;
    }

    private void End((string Name, long Version, DateTimeOffset CreatedAt) key, Look look)
    {
        lock (_lock)
        {
            if (_looks.GetValueOrDefault(key) == look) _looks.Remove(key);
        }
    }

    private sealed class Look(CancellationTokenSource giveUp, Task<IReadOnlyList<Failure>> found)
    {
        public CancellationTokenSource GiveUp => giveUp;

        public Task<IReadOnlyList<Failure>> Found => found;

        /// <summary>How many do; none once it is given up.</summary>
        public int Waiting { get; set; } = 1;
    }
}
