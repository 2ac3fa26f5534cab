using System.Collections.Immutable;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;

namespace ActorStreams.Shards.Streams;

public enum StreamStatus
{
    Creating = 1,
    Active = 2,
    Updating = 3,
    Deleting = 4,
}

public enum StreamMode
{
    Provisioned = 1,
    OnDemand = 2,
}

/// <summary>A stream as its actor knows it, shards in order of number, closed ones included while they can be read.</summary>
public sealed record StreamDescription(
    StreamId Id,
    Incarnation Incarnation,
    StreamStatus Status,
    DateTimeOffset CreatedAt,
    StreamConfiguration Configuration,
    ImmutableArray<FanOutConsumer> Consumers,
    ImmutableArray<ShardDescription> Shards)
{
    public StreamKey Key => new(Id.Region, Incarnation);

    public StreamMode Mode => Configuration.Mode;

    public int RetentionHours => Configuration.RetentionHours;

    /// <summary>The consumer of this name, registered at this second; any second where none is given.</summary>
    public FanOutConsumer? Consumer(string name, long? createdAtSeconds = null) =>
        Consumers.FirstOrDefault(c => c.Name == name && (createdAtSeconds is null || c.CreatedAtMs / 1000 == createdAtSeconds));

    public int OpenShards => Shards.Count(s => s.EndingSequenceNumber is null);
}

/// <param name="Parents">None for a first shard, one after a split, two (parent, adjacent parent) after a merge.</param>
/// <param name="EndingSequenceNumber">Null while the shard is open.</param>
/// <param name="OpenedAtMs">When it began to take records, ms since 1970.</param>
/// <param name="ClosedAtMs">When it took its last; 0 while it is open.</param>
public sealed record ShardDescription(
    ShardKey Key,
    HashKeyRange Range,
    int Generation,
    ImmutableArray<int> Parents,
    SequenceNumber StartingSequenceNumber,
    SequenceNumber? EndingSequenceNumber,
    long OpenedAtMs = 0,
    long ClosedAtMs = 0);

/// <summary>What a gateway needs to route to a stream; immutable, kept until a shard refuses it.</summary>
public sealed class StreamMap
{
    public StreamMap(StreamDescription description)
    {
        Description = description;
        Open = [.. description.Shards.Where(s => s.EndingSequenceNumber is null).OrderBy(s => s.Range.Starting)];
        Router = new HashKeyRouter([.. Open.Select(s => s.Range)]);
    }

    public StreamDescription Description { get; }

    /// <summary>Open shards in order of their ranges; <see cref="Router"/> answers indexes into it.</summary>
    public ImmutableArray<ShardDescription> Open { get; }

    public HashKeyRouter Router { get; }

    /// <summary>What was split and merged into the keys of others; none while they are not published yet.</summary>
    public ImmutableArray<ShardDescription> ChildrenOf(int shard) => [.. Description.Shards.Where(s => s.Parents.Contains(shard))];

    /// <summary>The shard of this number, open or closed; null when the stream never had it or it has aged out.</summary>
    public ShardDescription? Shard(int number) => Description.Shards.FirstOrDefault(s => s.Key.Shard == number);
}
