using ActorStreams.Pipelines.Sinks;

namespace ActorStreams.Pipelines.Consumers;

/// <summary>How consumers and their coordinator work, the same for every pipeline of a node.</summary>
public sealed record ConsumerOptions
{
    /// <summary>Records of one read, the unit that moves through a graph. Small costs a round per read, large memory and latency.</summary>
    public int ReadRecordsMax { get; init; } = 1_000;

    /// <summary>Payload bytes of one read; up to four reads of a graph are in memory at once.</summary>
    public int ReadBytesMax { get; init; } = 1 << 20;

    /// <summary>How long a read at the tip waits for records. Short costs idle rounds; long delays nothing.</summary>
    public TimeSpan ReadWait { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Waits between reads of a shard that does not answer.</summary>
    public RetryDelays ReadRetry { get; init; } = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(2));

    public StreamSinkOptions Sink { get; init; } = new();

    public WebhookOptions Webhook { get; init; } = new();

    /// <summary>Records after which a checkpoint is due before its interval is over.</summary>
    public int CheckpointRecordsMax { get; init; } = 100_000;

    /// <summary>Waits between restarts of a graph that failed.</summary>
    public RetryDelays Restart { get; init; } = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));

    /// <summary>How long a consumer that is told to go may finish what it has begun; what is not done by then is done again elsewhere.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How often an application looks at its streams and makes sure that its consumers run.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);
}
