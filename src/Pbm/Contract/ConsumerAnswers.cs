namespace ActorStreams.Pbm.Contract;

internal sealed record PipelinesAnswer
{
    public IReadOnlyList<PipelineAnswer> Pipelines { get; init; } = [];
}

internal sealed record PipelineAnswer
{
    public string Name { get; init; } = "";

    public string Phase { get; init; } = "";

    public string Detail { get; init; } = "";

    public string Source { get; init; } = "";

    public string Output { get; init; } = "";

    public string DeadLetterStream { get; init; } = "";

    public bool Paused { get; init; }

    public long Records { get; init; }

    public long Alerts { get; init; }

    public long DeadLetters { get; init; }

    public long Gaps { get; init; }

    public IReadOnlyList<ConsumerAnswer> Consumers { get; init; } = [];
}

/// <summary>A running consumer; <see cref="LagMs"/> is -1 while it is not known.</summary>
internal sealed record ConsumerAnswer
{
    public string ShardId { get; init; } = "";

    public string Phase { get; init; } = "";

    public string Detail { get; init; } = "";

    public string Node { get; init; } = "";

    public long Epoch { get; init; }

    public long LagMs { get; init; }

    public long? LagRecords { get; init; }

    public long Records { get; init; }

    public long Alerts { get; init; }

    public string Warning { get; init; } = "";

    /// <summary>Of deliveries; there may be more that are not read.</summary>
    public long? Undelivered { get; init; }
}

internal sealed record LeasesAnswer
{
    public IReadOnlyList<LeaseAnswer> Leases { get; init; } = [];
}

internal sealed record LeaseAnswer
{
    public string Application { get; init; } = "";

    public string Region { get; init; } = "";

    public string Stream { get; init; } = "";

    public string ShardId { get; init; } = "";

    public string? Node { get; init; }

    public long? Epoch { get; init; }

    public CheckpointAnswer? Checkpoint { get; init; }

    public long? LagMs { get; init; }

    public long? LagRecords { get; init; }

    /// <summary>Of deliveries; there may be more that are not read.</summary>
    public long? Undelivered { get; init; }

    public string? Phase { get; init; }

    public string? Detail { get; init; }

    public string State { get; init; } = "";

    public long? HeardAgoMs { get; init; }

    public long? Restarts { get; init; }

    /// <summary>Times that it was moved.</summary>
    public long? Placement { get; init; }

    public IReadOnlyList<CauseAnswer>? Causes { get; init; }
}

internal sealed record CheckpointAnswer(long? Row, long? Index, string? SequenceNumber);

/// <summary>Something that happened to a lease: a restart, a move.</summary>
internal sealed record CauseAnswer(DateTimeOffset? At, string What);

internal sealed record WhyAnswer
{
    public string Application { get; init; } = "";

    public string ShardId { get; init; } = "";

    public string Verdict { get; init; } = "";

    public string Sentence { get; init; } = "";

    public IReadOnlyList<EvidenceAnswer> Evidence { get; init; } = [];
}

internal sealed record EvidenceAnswer(string What, string? Value);
