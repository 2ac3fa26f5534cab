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

    public IReadOnlyList<FailureAnswer> Failures { get; init; } = [];
}

internal sealed record FailureAnswer
{
    public string Kind { get; init; } = "";

    public string Key { get; init; } = "";

    public DateTimeOffset Oldest { get; init; }
}
