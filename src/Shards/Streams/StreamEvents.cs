using System.Collections.Immutable;

namespace ActorStreams.Shards.Streams;

/// <summary>Facts in a stream's journal.</summary>
public static class StreamEvents
{
    public interface IStreamEvent;

    /// <summary>The stream was decided, its shards are to be opened.</summary>
    public sealed record Created(
        string Name, StreamMode Mode, long CreatedAtMs, int RetentionHours, ImmutableArray<ShardSlot> Shards) : IStreamEvent;

    /// <summary>Every shard of the map is open.</summary>
    public sealed record Activated : IStreamEvent
    {
        public static readonly Activated Instance = new();
    }

    public sealed record DeletionStarted : IStreamEvent
    {
        public static readonly DeletionStarted Instance = new();
    }

    /// <summary>Every shard has ended; only this event stays.</summary>
    public sealed record Deleted : IStreamEvent
    {
        public static readonly Deleted Instance = new();
    }
}
