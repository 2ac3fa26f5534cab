namespace ActorStreams.Pipelines.Firehose.Processing.Scripts;

/// <summary>What a script may use for one record. What it exceeds fails the record alone.</summary>
public sealed record ScriptOptions
{
    /// <summary>What it is called where it is waited for.</summary>
    public string Name { get; init; } = "";

    /// <summary>Told to the script.</summary>
    public required TransformEvent Event { get; init; }

    /// <summary>Of the clock. Too short fails good records on a busy machine; a long one lets each hanging record hold the shard that long.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Statements, which unlike time are counted the same on every machine.</summary>
    public int StatementsMax { get; init; } = 1_000_000;

    /// <summary>Bytes that it allocates, freed ones included.</summary>
    public long MemoryBytesMax { get; init; } = 64 * 1024 * 1024;

    public int RecursionMax { get; init; } = 200;

    /// <summary>Of an array, in elements.</summary>
    public int ArrayLengthMax { get; init; } = 1_000_000;

    /// <summary>Of text that is made by one call, in characters.</summary>
    public int TextLengthMax { get; init; } = 8 * 1024 * 1024;
}
