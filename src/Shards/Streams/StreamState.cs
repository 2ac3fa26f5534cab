using System.Collections.Immutable;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;

namespace ActorStreams.Shards.Streams;

public enum StreamLifecycle
{
    Unborn = 0,
    Creating = 1,
    Active = 2,
    Deleting = 4,
    Deleted = 5,
}

/// <summary>
/// One life of a stream and its shard map. Pure.
/// <code>Unborn ──Created──▶ Creating ──Activated──▶ Active ──DeletionStarted──▶ Deleting ──Deleted──▶ Deleted</code>
/// </summary>
public sealed record StreamState
{
    public const int RetentionHoursDefault = 24;

    public static readonly StreamState Unborn = new();

    public StreamLifecycle Lifecycle { get; init; }
    public string Name { get; init; } = "";
    public StreamMode Mode { get; init; }
    public long CreatedAtMs { get; init; }
    public int RetentionHours { get; init; } = RetentionHoursDefault;
    public ImmutableArray<ShardSlot> Shards { get; init; } = [];

    public StreamEvents.Created? Decide(StreamProtocol.Create create)
    {
        if (Lifecycle != StreamLifecycle.Unborn) return null;
        var ranges = HashKeyRange.Tile(create.Shards);
        return new StreamEvents.Created(create.Name, create.Mode, create.CreatedAtMs, RetentionHoursDefault,
            [.. ranges.Select((range, i) => new ShardSlot(i, range, 1, [], 0))]);
    }

    public StreamEvents.DeletionStarted? Decide(StreamProtocol.Delete _) =>
        Lifecycle is StreamLifecycle.Creating or StreamLifecycle.Active ? StreamEvents.DeletionStarted.Instance : null;

    public StreamState Apply(StreamEvents.IStreamEvent e) => e switch
    {
        StreamEvents.Created c => this with
        {
            Lifecycle = StreamLifecycle.Creating,
            Name = c.Name,
            Mode = c.Mode,
            CreatedAtMs = c.CreatedAtMs,
            RetentionHours = c.RetentionHours,
            Shards = c.Shards,
        },
        StreamEvents.Activated => this with { Lifecycle = StreamLifecycle.Active },
        StreamEvents.DeletionStarted => this with { Lifecycle = StreamLifecycle.Deleting },
        StreamEvents.Deleted => this with { Lifecycle = StreamLifecycle.Deleted, Shards = [] },
        _ => throw new InvalidOperationException($"A stream does not know the event {e.GetType()}."),
    };

    /// <summary>What users see; null before its life and after.</summary>
    public StreamDescription? Describe(StreamKey key)
    {
        if (Lifecycle is StreamLifecycle.Unborn or StreamLifecycle.Deleted) return null;
        var status = Lifecycle switch
        {
            StreamLifecycle.Creating => StreamStatus.Creating,
            StreamLifecycle.Active => StreamStatus.Active,
            _ => StreamStatus.Deleting,
        };
        return new StreamDescription(
            new StreamId(key.Region, Name), key.Incarnation, status, Mode, DateTimeOffset.FromUnixTimeMilliseconds(CreatedAtMs), RetentionHours,
            status == StreamStatus.Creating ? [] : [.. Shards.Select(s => Describe(key, s))]);
    }

    private static ShardDescription Describe(StreamKey stream, ShardSlot slot)
    {
        var key = new ShardKey(stream.Region, stream.Incarnation, slot.Number);
        return new ShardDescription(
            key, slot.Range, slot.Generation, slot.Parents, SequenceNumber.Starting(key, slot.Generation),
            slot.ClosedRow == 0 ? null : SequenceNumber.Ending(key, slot.Generation, slot.ClosedRow));
    }
}
