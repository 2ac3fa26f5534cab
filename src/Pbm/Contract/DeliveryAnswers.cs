namespace ActorStreams.Pbm.Contract;

internal sealed record DeliveriesAnswer
{
    public IReadOnlyList<DeliveryAnswer> Deliveries { get; init; } = [];
}

internal sealed record DeliveryAnswer
{
    public string Region { get; init; } = "";

    public string Stream { get; init; } = "";

    public string Pipeline { get; init; } = "";

    public string Source { get; init; } = "";

    public string Destination { get; init; } = "";

    public long Version { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public long? RetentionLeftMs { get; init; }

    public string Warning { get; init; } = "";

    public long? LagMs { get; init; }

    public long? LagRecords { get; init; }

    public string Phase { get; init; } = "";

    public string Detail { get; init; } = "";

    public IReadOnlyList<DeliveryShardAnswer> Shards { get; init; } = [];

    public IReadOnlyList<FailureAnswer> Failures { get; init; } = [];

    /// <summary>Why these are not known; empty where they are.</summary>
    public string FailuresProblem { get; init; } = "";
}

internal sealed record DeliveryShardAnswer
{
    public string ShardId { get; init; } = "";

    public string? Node { get; init; }

    public string Phase { get; init; } = "";

    public string Detail { get; init; } = "";

    /// <summary>0 where it waits for nothing.</summary>
    public long WaitingMs { get; init; }

    public long Tries { get; init; }

    public CheckpointAnswer? Position { get; init; }

    public long? LagMs { get; init; }

    public long? LagRecords { get; init; }

    /// <summary>Read and not delivered; there may be more that are not read.</summary>
    public long? Undelivered { get; init; }

    public long? BatchesOut { get; init; }

    public CollectingAnswer? Collecting { get; init; }
}

/// <summary>A batch that is being filled.</summary>
internal sealed record CollectingAnswer(long Records, long Bytes, long BytesMax, long AgeMs, long AgeMsMax);

internal sealed record FailureAnswer
{
    public string Kind { get; init; } = "";

    public string Key { get; init; } = "";

    public DateTimeOffset Oldest { get; init; }
}
