namespace ActorStreams.Pipelines.Consumers;

/// <summary>A part of the graph that takes steps.</summary>
public enum GraphStage
{
    Read,
    Work,
    Append,
    Post,
    Bury,
}

/// <summary>
/// The signs of life of one graph, and where its time goes. Every stage beats when a slice goes through it, and every loop that waits
/// beats at each try: a graph that says nothing for longer than any legitimate wait is stuck. Safe from any thread.
/// </summary>
public sealed class GraphPulse(TimeProvider time)
{
    private static readonly int s_stages = Enum.GetValues<GraphStage>().Length;
    private readonly long[] _spent = new long[s_stages];
    private long _reads;
    private long _at = time.GetTimestamp();
    private int _stage;

    /// <summary>Since the last beat.</summary>
    public TimeSpan Age => time.GetElapsedTime(Volatile.Read(ref _at));

    /// <summary>That of the last beat.</summary>
    public GraphStage Stage => (GraphStage)Volatile.Read(ref _stage);

    /// <summary>Reads that brought records and did not wait for them.</summary>
    public long Reads => Volatile.Read(ref _reads);

    public void Beat(GraphStage stage)
    {
        Volatile.Write(ref _stage, (int)stage);
        Volatile.Write(ref _at, time.GetTimestamp());
    }

    /// <summary>A step of the stage is done that began at the timestamp.</summary>
    public void Spent(GraphStage stage, long since)
    {
        Interlocked.Add(ref _spent[(int)stage], time.GetElapsedTime(since).Ticks);
        if (stage == GraphStage.Read) Interlocked.Increment(ref _reads);
        Beat(stage);
    }

    /// <summary>All the time that went into a stage so far.</summary>
    public TimeSpan Of(GraphStage stage) => new(Volatile.Read(ref _spent[(int)stage]));
}

/// <summary>What something waits for, in words, since when and after how many tries. Safe from any thread.</summary>
public sealed class WaitNote(TimeProvider time, Action beat)
{
    private volatile Noted? _noted;

    /// <summary>Null where nothing is waited for.</summary>
    public Noted? Now => _noted;

    /// <summary>Said at each try that failed; null ends the wait.</summary>
    public void Tell(string? problem)
    {
        beat();
        var before = _noted;
        _noted = problem is null ? null : new Noted(problem, before?.Since ?? time.GetTimestamp(), (before?.Tries ?? 0) + 1);
    }

    /// <summary>Said of one that has not failed and goes on for long.</summary>
    public void TellSlow(string problem)
    {
        beat();
        _noted = new Noted(problem, time.GetTimestamp(), 0);
    }

    public sealed record Noted(string Problem, long Since, int Tries);
}
