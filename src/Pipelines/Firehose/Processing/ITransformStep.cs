namespace ActorStreams.Pipelines.Firehose.Processing;

/// <summary>A step that leaves records to code of a user's: it may take long, hang and fail, and what it does is to be seen.</summary>
public interface ITransformStep : IRecordStep
{
    /// <summary>Set before the first record; null where nobody watches.</summary>
    ITransformWatcher? Watcher { set; }
}

/// <summary>Whoever watches a transform. Told by one thread at a time.</summary>
public interface ITransformWatcher
{
    /// <summary>What is waited for, in a sentence; said at the beginning of a call and at each failure after which it goes on, null at the end.</summary>
    void Waits(string? what);

    /// <summary>How calls ended: of a function each try is one, of a script each record.</summary>
    void Called(TransformOutcome outcome, int calls);
}

public enum TransformOutcome
{
    Done,

    /// <summary>No answer in the time that it is given.</summary>
    TimedOut,

    /// <summary>It takes no more calls for now.</summary>
    Throttled,

    /// <summary>Any other failure.</summary>
    Failed,
}
