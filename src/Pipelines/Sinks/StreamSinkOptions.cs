namespace ActorStreams.Pipelines.Sinks;

/// <summary>How output is appended to streams.</summary>
public sealed record StreamSinkOptions
{
    /// <summary>Records of one append; as many as PutRecords takes.</summary>
    public int BlockRecordsMax { get; init; } = 500;

    /// <summary>Payload bytes after which a block is closed; one larger record still goes alone.</summary>
    public int BlockBytesMax { get; init; } = 512 * 1024;

    /// <summary>How long an answer is waited for before the same is sent again; doubled as long as none comes.</summary>
    public TimeSpan AnswerPatience { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Whether a stream that is not there is waited for; else <see cref="StreamMissingException"/> is thrown.</summary>
    public bool WaitsForStream { get; init; } = true;

    /// <summary>Waits between tries, which never end: a sink that is away holds the source back and loses nothing.</summary>
    public RetryDelays Retry { get; init; } = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(2));
}
