using ActorStreams.Pipelines.Anomaly;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Pipelines.Definitions;

/// <summary>Where an application that never ran before begins to read.</summary>
public enum StartPosition
{
    /// <summary>Every record that is still there, closed shards included.</summary>
    TrimHorizon = 1,

    /// <summary>Records put after the application first saw the stream.</summary>
    Latest = 2,
}

/// <summary>
/// A pipeline as it runs, checked and complete: which stream it reads, what it takes from each record, where its alerts go.
/// Compared by value, so that a consumer sees when it has changed.
/// </summary>
public sealed record PipelineDefinition
{
    /// <summary>Name of the application; part of persistence ids and producer names, so it never changes its meaning.</summary>
    public required string Name { get; init; }

    public required StreamId Source { get; init; }
    public required StreamId Output { get; init; }
    public required StreamId DeadLetters { get; init; }

    /// <summary>Dotted path of the number to watch in each record's JSON.</summary>
    public required string ValuePath { get; init; }

    /// <summary>
    /// Dotted path of the key, or null for the partition key. With a path, records of one key should share a partition key:
    /// else each shard of the source forms its own picture of the key.
    /// </summary>
    public string? KeyPath { get; init; }

    /// <summary>Dotted path of the record's own time (ISO 8601 text, or milliseconds since 1970), or null for its arrival.</summary>
    public string? TimePath { get; init; }

    /// <summary>Whether records that the Kinesis Producer Library aggregated are taken apart into their user records.</summary>
    public bool Deaggregate { get; init; } = true;

    public EwmaOptions Detector { get; init; } = new();

    /// <summary>Absolute http or https address that each alert is also sent to, or null.</summary>
    public string? Webhook { get; init; }

    public StartPosition Start { get; init; } = StartPosition.TrimHorizon;

    /// <summary>How long finished work may wait for its checkpoint. Shorter costs journal rows, longer a longer redo.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often the detector's state is kept; a restart replays what came after the newest one kept.</summary>
    public TimeSpan SnapshotInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether output and dead-letter stream are created, with one shard each, where they do not exist at the start.</summary>
    public bool CreateStreams { get; init; } = true;
}
