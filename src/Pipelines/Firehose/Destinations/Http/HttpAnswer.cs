namespace ActorStreams.Pipelines.Firehose.Destinations.Http;

/// <summary>What came of one try.</summary>
public abstract record HttpAnswer
{
    private HttpAnswer()
    {
    }

    /// <summary>The endpoint says that it has the records.</summary>
    public sealed record Delivered : HttpAnswer
    {
        public static readonly Delivered Instance = new();
    }

    /// <summary>It has them not, or nobody knows: the same request is sent again.</summary>
    /// <param name="After">How long the endpoint asked to be spared; null when it said nothing.</param>
    public sealed record RetryLater(string Reason, TimeSpan? After = null) : HttpAnswer;

    /// <summary>The same request would be refused again; it goes to the backup.</summary>
    public sealed record Rejected(string Reason) : HttpAnswer;
}

/// <summary>Records on their way to an endpoint, the same over all tries.</summary>
/// <param name="RequestId">By which the endpoint may know a repetition; persisted before the first try.</param>
/// <param name="CreatedAt">Told as the request's timestamp.</param>
/// <param name="Records">The same as often as they are asked for, one at a time: each is there until the next is.</param>
public sealed record HttpDelivery(string RequestId, DateTimeOffset CreatedAt, IEnumerable<ReadOnlyMemory<byte>> Records);
