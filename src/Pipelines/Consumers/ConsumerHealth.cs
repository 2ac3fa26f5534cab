namespace ActorStreams.Pipelines.Consumers;

/// <summary>What a consumer measures of itself, so that a person can be told in words why it is behind.</summary>
public sealed record ConsumerHealth
{
    /// <summary>Generation of the shard, which makes a sequence number of a position; 0 while nothing was read.</summary>
    public int Generation { get; init; }

    /// <summary>Since the last step of any stage, in ms.</summary>
    public long PulseAgoMs { get; init; }

    /// <summary>The stage that made it.</summary>
    public string Stage { get; init; } = "";

    /// <summary>What it waits for: since how many ms, after how many tries; 0 where it waits for nothing.</summary>
    public long WaitingMs { get; init; }

    public int Tries { get; init; }

    /// <summary>What is being tried again, with the last answer: an alert and its webhook. Empty where nothing is.</summary>
    public string Retrying { get; init; } = "";

    /// <summary>The transform that keeps records waiting, and why; empty where none does.</summary>
    public string Transforming { get; init; } = "";

    /// <summary>Graphs that failed on this node since the last checkpoint that moved.</summary>
    public int Failures { get; init; }

    /// <summary>Times in the last minutes that it was found silent on this node and started again.</summary>
    public int Silences { get; init; }

    /// <summary>What stopped it last on this node, in words; empty where nothing did.</summary>
    public string LastTrouble { get; init; } = "";

    /// <summary>Per second, over the last seconds.</summary>
    public double RecordsPerSecond { get; init; }

    /// <summary>Milliseconds of lag that are made good each second; negative where it falls back.</summary>
    public double ClosingMsPerSecond { get; init; }

    /// <summary>Shares of the time, 0 to 1, over the last seconds; the stages work side by side.</summary>
    public StageShares Shares { get; init; }

    /// <summary>Milliseconds that one read of a slice took, over the last seconds, waits at the tip left out.</summary>
    public double ReadMs { get; init; }

    /// <summary>Milliseconds until the store confirmed the last checkpoint.</summary>
    public double CheckpointMs { get; init; }

    /// <summary>The key that made most of a sample of the last records, looked at while it is behind; empty otherwise.</summary>
    public string HotKey { get; init; } = "";

    /// <summary>Its share, 0 to 1.</summary>
    public double HotKeyShare { get; init; }

    /// <summary>Of deliveries; null while it is not known.</summary>
    public RetentionLeft? Retention { get; init; }

    /// <summary>Of deliveries; null where none runs, and from a node of a version that does not count it.</summary>
    public Backlog? Backlog { get; init; }
}

/// <param name="Read">Reading from the source's owner or the store, waits at the tip left out.</param>
/// <param name="Work">Decoding and detecting.</param>
/// <param name="Append">Appending to the output and the dead-letter stream.</param>
/// <param name="Post">Calling the webhook.</param>
public readonly record struct StageShares(double Read, double Work, double Append, double Post);
