namespace ActorStreams.Pipelines.Sinks;

/// <summary>How alerts are POSTed.</summary>
public sealed record WebhookOptions
{
    /// <summary>Tries per alert, then it becomes a dead letter. Few lose to a short outage, many hold the pipeline back in a long one.</summary>
    public int AttemptsMax { get; init; } = 5;

    /// <summary>How long one try may take.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(5);

    public RetryDelays Retry { get; init; } = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5));

    /// <summary>Alerts of one read that are on their way at once.</summary>
    public int ParallelMax { get; init; } = 8;
}
