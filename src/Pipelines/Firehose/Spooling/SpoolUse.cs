namespace ActorStreams.Pipelines.Firehose.Spooling;

/// <summary>Which folders of the spool are in use in this process, so that none is cleared under whoever works in it. Safe from any thread.</summary>
public sealed class SpoolUse
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _used = new(StringComparer.Ordinal);

    /// <summary>Whether the folder, or one in it, is used.</summary>
    public bool IsUsed(string folder)
    {
        lock (_lock) return _used.Keys.Any(used => used == folder || used.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal));
    }

    /// <summary>Used until the answer is disposed of, once; waits where it is being cleared.</summary>
    public IDisposable Use(string folder)
    {
        lock (_lock) _used[folder] = _used.GetValueOrDefault(folder) + 1;
        return new Using(this, folder);
    }

    /// <summary>Does it while nobody can begin to use the folder; false, and nothing is done, where somebody does already.</summary>
    public bool TryClear(string folder, Action clear)
    {
        lock (_lock)
        {
            if (IsUsed(folder)) return false;
            clear();
            return true;
        }
    }

    private void End(string folder)
    {
        lock (_lock)
        {
            if (--_used[folder] == 0) _used.Remove(folder);
        }
    }

    private sealed class Using(SpoolUse use, string folder) : IDisposable
    {
        private int _hasEnded;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _hasEnded, 1) == 0) use.End(folder);
        }
    }
}
