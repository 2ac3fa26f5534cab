using System.Collections.Immutable;

namespace ActorStreams.Shards.Streams;

/// <summary>Facts in a stream's journal.</summary>
public static class StreamEvents
{
    public interface IStreamEvent;

    /// <summary>The stream was decided, its shards are to be opened.</summary>
    public sealed record Created(
        string Name, StreamConfiguration Configuration, long CreatedAtMs, ImmutableArray<ShardSlot> Shards) : IStreamEvent;

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

    /// <summary>The stream is to be as this says. Changes that are counted a day long say when they were made.</summary>
    public sealed record Configured(StreamConfiguration Configuration, long ModeSwitchedAtMs) : IStreamEvent;

    /// <summary>A consumer was registered, or one of that name has other tags or another policy.</summary>
    public sealed record ConsumerSet(FanOutConsumer Consumer) : IStreamEvent;

    public sealed record ConsumerRemoved(string Name) : IStreamEvent;

    /// <summary>
    /// The open ranges are to begin at these keys, and at 0: by splits and merges, step by step. <paramref name="ScaledAtMs"/> is 0 unless a
    /// count of shards was asked for.
    /// </summary>
    public sealed record ReshardStarted(ImmutableArray<UInt128> Startings, long ScaledAtMs) : IStreamEvent;

    /// <summary>These steps are next. The children's numbers are taken: a parent that closes names them.</summary>
    public sealed record StepsPlanned(ImmutableArray<ReshardStep> Steps) : IStreamEvent;

    /// <summary>A step is done: parents are closed, children open, and from now on they are in the map.</summary>
    public sealed record ShardsReplaced(ImmutableArray<ShardSlot> Closed, ImmutableArray<ShardSlot> Opened) : IStreamEvent;

    public sealed record ReshardFinished : IStreamEvent
    {
        public static readonly ReshardFinished Instance = new();
    }

    /// <summary>All records of these closed shards have aged out, and nothing of them is left.</summary>
    public sealed record ShardsForgotten(ImmutableArray<int> Numbers) : IStreamEvent;

    /// <summary>Every open shard is to encrypt with another key, or no more.</summary>
    public sealed record EncryptionStarted(string? KeyId) : IStreamEvent;

    /// <summary>Every open shard does.</summary>
    public sealed record EncryptionFinished : IStreamEvent
    {
        public static readonly EncryptionFinished Instance = new();
    }
}
