namespace ActorStreams.Shards.Streams;

/// <summary>
/// How streams in on-demand mode divide and join their shards. Load is told in shards of the service: 1 is 1,000 records or 1 MiB a second,
/// whichever is more.
/// </summary>
public sealed record OnDemandOptions
{
    /// <summary>How often the load is looked at, default 10 s.</summary>
    public TimeSpan LookInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Load from which a shard counts as hot, default 0.8. Higher, and it is full before it splits.</summary>
    public double HotLoad { get; init; } = 0.8;

    /// <summary>How long a shard is hot before it splits, default 60 s. Shorter, and a burst makes shards that nobody needs.</summary>
    public TimeSpan HotAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Load of two neighbours together up to which they count as cold, default 0.3. Near <see cref="HotLoad"/> they would merge and split in turns.</summary>
    public double ColdLoad { get; init; } = 0.3;

    /// <summary>How long neighbours are cold, and the stream has not split, before they merge, default 15 min.</summary>
    public TimeSpan ColdAfter { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Share of a shard's load from which one key counts as hot alone, default 0.5: it then gets a shard of its own.</summary>
    public double HotKeyShare { get; init; } = 0.5;

    /// <summary>Shards that a stream keeps, default 4, with which it also begins.</summary>
    public int ShardsMin { get; init; } = 4;

    /// <summary>Shards that a stream grows to by itself, default 200, as the service does.</summary>
    public int ShardsMax { get; init; } = 200;

    /// <summary>All that is wrong, each as a sentence that names the setting and what is allowed.</summary>
    public IEnumerable<string> Problems()
    {
        if (LookInterval <= TimeSpan.Zero) yield return $"LookInterval {LookInterval} is not positive.";
        if (HotLoad <= 0) yield return $"HotLoad {HotLoad} is not positive.";
        if (ColdLoad < 0 || ColdLoad > HotLoad * 0.75) yield return $"ColdLoad {ColdLoad} is not in 0 to three quarters of HotLoad {HotLoad}.";
        if (HotAfter < TimeSpan.Zero) yield return $"HotAfter {HotAfter} is negative.";
        if (ColdAfter < HotAfter) yield return $"ColdAfter {ColdAfter} is shorter than HotAfter {HotAfter}.";
        if (HotKeyShare is <= 0 or > 1) yield return $"HotKeyShare {HotKeyShare} is not above 0 and at most 1.";
        if (ShardsMin < 1) yield return $"ShardsMin {ShardsMin} is below 1.";
        if (ShardsMax < ShardsMin || ShardsMax > 10_000) yield return $"ShardsMax {ShardsMax} is not in ShardsMin {ShardsMin} to 10000.";
    }
}
