namespace ActorStreams.Pbm.Contract;

internal sealed record StreamsAnswer
{
    public long? StoreBytes { get; init; }

    public IReadOnlyList<StreamAnswer> Streams { get; init; } = [];
}

internal sealed record StreamAnswer
{
    /// <summary>Why it could not be asked; its shards are not known then.</summary>
    public string? Unavailable { get; init; }

    public string Region { get; init; } = "";

    public string Name { get; init; } = "";

    public string Status { get; init; } = "";

    public string Mode { get; init; } = "";

    public int? RetentionHours { get; init; }

    public string? EncryptionKey { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    public IReadOnlyList<ShardAnswer> Shards { get; init; } = [];
}

/// <summary>A shard as its owner tells it; what the owner would know is null while it does not answer.</summary>
internal sealed record ShardAnswer
{
    public string ShardId { get; init; } = "";

    public string StartingHashKey { get; init; } = "";

    public string EndingHashKey { get; init; } = "";

    public IReadOnlyList<string> Parents { get; init; } = [];

    public IReadOnlyList<string> Children { get; init; } = [];

    public bool Closed { get; init; }

    public string? Node { get; init; }

    public long? Epoch { get; init; }

    public long? TipRow { get; init; }

    public string? TipSequenceNumber { get; init; }

    public long? TrimmedToRow { get; init; }

    public string? HorizonSequenceNumber { get; init; }

    public DateTimeOffset? LastArrival { get; init; }

    public long? Bytes { get; init; }

    public long? Records { get; init; }

    public long? Rows { get; init; }

    public RateAnswer? In { get; init; }

    public RateAnswer? Out { get; init; }

    public IReadOnlyList<HotKeyAnswer>? HotKeys { get; init; }

    public int? Producers { get; init; }

    public string? Unavailable { get; init; }
}

internal sealed record RateAnswer
{
    public double BytesPerSecond { get; init; }

    public double RecordsPerSecond { get; init; }
}

/// <param name="Share">Part of the shard's load, 0 to 1.</param>
internal sealed record HotKeyAnswer(string? PartitionKey, string? HashKey, double Share);

internal sealed record RecordsAnswer
{
    public IReadOnlyList<RecordAnswer> Records { get; init; } = [];

    /// <summary>Sequence number to go on after; null when a closed shard has been read to its end.</summary>
    public string? Next { get; init; }

    public long? BehindMs { get; init; }

    /// <summary>What was trimmed before it could be read.</summary>
    public string? Gap { get; init; }
}

internal sealed record RecordAnswer
{
    public string SequenceNumber { get; init; } = "";

    public string PartitionKey { get; init; } = "";

    public DateTimeOffset Arrival { get; init; }

    public byte[] Data { get; init; } = [];

    public string? ExplicitHashKey { get; init; }
}

/// <summary>A line of progress, which has <see cref="Row"/>; the result, which has <see cref="Ok"/>; or a message why there will be none.</summary>
internal sealed record VerifyAnswer
{
    public string? Message { get; init; }

    /// <summary>Walked up to this one.</summary>
    public long? Row { get; init; }

    /// <summary>The last row to walk.</summary>
    public long? Of { get; init; }

    public long Rows { get; init; }

    public long Records { get; init; }

    public long Bytes { get; init; }

    public long? FirstRow { get; init; }

    public long? LastRow { get; init; }

    /// <summary>Batches whose records were not looked at, since the node lacks their key.</summary>
    public long Unopened { get; init; }

    /// <summary>The first of them.</summary>
    public IReadOnlyList<ProblemAnswer> Problems { get; init; } = [];

    public long? ProblemsTotal { get; init; }

    public bool? Ok { get; init; }
}

internal sealed record ProblemAnswer
{
    public long Row { get; init; }

    public string Kind { get; init; } = "";

    public string Detail { get; init; } = "";
}
