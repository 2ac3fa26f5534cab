namespace ActorStreams.Shards.Store.Operations;

/// <summary>How far an operation is; written by it, read by whoever shows it.</summary>
public sealed class OperationProgress
{
    private long _done;
    private long _total;
    private volatile string _step = "begins";

    /// <summary>What is being done, in a word or two.</summary>
    public string Step => _step;

    /// <summary>From 0 to 1, of the current step.</summary>
    public double Fraction => Interlocked.Read(ref _total) is > 0 and var total ? Math.Min(1, (double)Interlocked.Read(ref _done) / total) : 0;

    internal void Begin(string step, long total)
    {
        Interlocked.Exchange(ref _done, 0);
        Interlocked.Exchange(ref _total, total);
        _step = step;
    }

    internal void Reached(long done) => Interlocked.Exchange(ref _done, done);
}
