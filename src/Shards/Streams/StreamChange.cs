using System.Collections.Immutable;

namespace ActorStreams.Shards.Streams;

/// <summary>What a stream can be told to become; a closed set. Decided by <see cref="StreamState"/>, refused as <see cref="ChangeRefusal"/>.</summary>
public abstract record StreamChange
{
    private StreamChange() { }

    /// <summary>Keeps records for so many hours. With <paramref name="IsIncrease"/> it must not be fewer than now, without it not more.</summary>
    public sealed record SetRetention(int Hours, bool IsIncrease) : StreamChange;

    public sealed record SetMode(StreamMode Mode, int WarmThroughputMiBps) : StreamChange;

    public sealed record SetMaxRecordSize(int KiB) : StreamChange;

    public sealed record SetWarmThroughput(int MiBps) : StreamChange;

    public sealed record EnableMetrics(ShardLevelMetrics Metrics) : StreamChange;

    public sealed record DisableMetrics(ShardLevelMetrics Metrics) : StreamChange;

    /// <summary>Tags of the stream, or of one of its consumers where <paramref name="Consumer"/> names one.</summary>
    public sealed record AddTags(string? Consumer, ImmutableSortedDictionary<string, string> Tags) : StreamChange;

    public sealed record RemoveTags(string? Consumer, ImmutableArray<string> Keys) : StreamChange;

    /// <summary>The resource policy of the stream or of a consumer; null takes it away.</summary>
    public sealed record SetPolicy(string? Consumer, string? Policy) : StreamChange;

    /// <summary>Encrypts records from now on with this key; null stops encrypting.</summary>
    public sealed record SetEncryption(string? KeyId) : StreamChange;

    public sealed record RegisterConsumer(string Name, ImmutableSortedDictionary<string, string> Tags) : StreamChange;

    public sealed record DeregisterConsumer(string Name) : StreamChange;

    /// <summary>Divides an open shard: the upper child begins at the key.</summary>
    public sealed record Split(int Shard, UInt128 NewStarting) : StreamChange;

    /// <summary>Joins two open shards; the lower one is named first.</summary>
    public sealed record Merge(int Shard, int Adjacent) : StreamChange;

    /// <summary>Makes the open ranges begin at these keys, rising, and at 0. An on-demand stream says it to itself.</summary>
    public sealed record Retile(ImmutableArray<UInt128> Startings) : StreamChange;

    /// <summary>Makes the stream have so many open shards, about equally wide.</summary>
    public sealed record Scale(int Shards) : StreamChange;
}

/// <summary>Why a change was refused.</summary>
public enum ChangeRefusal
{
    /// <summary>The stream is being created, changed or deleted.</summary>
    NotActive = 1,
    ShardNotFound = 2,

    /// <summary>It was split or merged before.</summary>
    ShardClosed = 3,

    /// <summary>The shards to merge do not touch, or stand in the wrong order.</summary>
    NotAdjacent = 4,

    /// <summary>The key to split at does not leave both children room.</summary>
    HashKeyOutside = 5,

    /// <summary>The region would have more shards than it may.</summary>
    ShardQuota = 6,

    /// <summary>An on-demand stream divides and joins its shards by itself.</summary>
    OnDemand = 7,
    ScaleUpTooFar = 8,
    ScaleDownTooFar = 9,

    /// <summary>Too many changes of this kind within a day.</summary>
    TooOften = 10,

    /// <summary>An increase below, or a decrease above, the present retention.</summary>
    RetentionDirection = 11,
    ConsumerExists = 12,
    ConsumerNotFound = 13,
    TooManyConsumers = 14,
    TooManyTags = 15,
    NoPolicy = 16,

    /// <summary>The node of the stream has no key of that name.</summary>
    KeyNotFound = 17,

    /// <summary>Only for a stream in the other mode.</summary>
    Provisioned = 18,
}
