namespace ActorStreams.Pbm.Contract;

internal sealed record MembersAnswer
{
    public string SelfNode { get; init; } = "";

    public string? Leader { get; init; }

    public string? Oldest { get; init; }

    public IReadOnlyDictionary<string, string>? OldestPerRole { get; init; }

    public IReadOnlyList<MemberAnswer> Members { get; init; } = [];

    public IReadOnlyList<UnreachableAnswer> Unreachable { get; init; } = [];
}

internal sealed record MemberAnswer
{
    public string Node { get; init; } = "";

    public string Status { get; init; } = "";

    public IReadOnlyList<string> Roles { get; init; } = [];
}

internal sealed record UnreachableAnswer
{
    public string Node { get; init; } = "";

    public IReadOnlyList<string> ObservedBy { get; init; } = [];
}

/// <summary>Each part of a node with what it waits for; null where it is there.</summary>
internal sealed record ReadyAnswer
{
    public bool Ready { get; init; }

    public IReadOnlyDictionary<string, string?> Parts { get; init; } = new Dictionary<string, string?>();
}

internal sealed record ShardingAnswer
{
    public IReadOnlyList<ShardingTypeAnswer> Types { get; init; } = [];
}

internal sealed record ShardingTypeAnswer
{
    public string Type { get; init; } = "";

    public IReadOnlyList<RegionAnswer> Regions { get; init; } = [];

    /// <summary>Why no regions are told; null where they are.</summary>
    public string? Unavailable { get; init; }
}

/// <summary>What one node hosts of a type.</summary>
internal sealed record RegionAnswer
{
    public string Node { get; init; } = "";

    public IReadOnlyList<BucketAnswer> Buckets { get; init; } = [];

    public int Entities { get; init; }
}

internal sealed record BucketAnswer
{
    public string Bucket { get; init; } = "";

    public int Entities { get; init; }
}
