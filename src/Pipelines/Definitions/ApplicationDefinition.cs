using System.Collections.Immutable;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Pipelines.Definitions;

/// <summary>Where an application that never ran before begins to read.</summary>
public enum StartPosition
{
    /// <summary>Every record that is still there, closed shards included.</summary>
    TrimHorizon = 1,

    /// <summary>Records put after the application first saw the stream, or as of <see cref="ApplicationDefinition.StartAt"/>.</summary>
    Latest = 2,
}

/// <summary>
/// What every application says of itself: a pipeline, or the delivery of a delivery stream. Compared by value, so that a consumer sees when
/// it has changed.
/// </summary>
public abstract record ApplicationDefinition
{
    /// <summary>Name of the application; part of persistence ids and producer names, so it never changes its meaning.</summary>
    public required string Name { get; init; }

    /// <summary>Tells it from a former one of the same name, which is forgotten; null where a namesake goes on where the former one was.</summary>
    public virtual long? CreatedMs => null;

    public required StreamId Source { get; init; }

    public StartPosition Start { get; init; } = StartPosition.TrimHorizon;

    /// <summary>
    /// With <see cref="StartPosition.Latest"/>: records that arrived from then on, however late a shard is first looked at. Null where it is the look that counts.
    /// </summary>
    public virtual DateTimeOffset? StartAt => null;

    /// <summary>How long finished work may wait for its checkpoint. Shorter costs journal rows, longer a longer redo.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often the state of operators is kept; a restart replays what came after the newest one kept.</summary>
    public TimeSpan SnapshotInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether the streams that it writes to are created, with one shard each, where they do not exist at the start.</summary>
    public bool CreateStreams { get; init; } = true;

    /// <summary>Streams that it writes to.</summary>
    public abstract ImmutableArray<StreamId> Outputs { get; }
}
