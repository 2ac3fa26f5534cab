using System.Collections.Immutable;
using ActorStreams.Pipelines.Anomaly;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Pipelines.Definitions;

/// <summary>
/// A pipeline as it runs, checked and complete: which stream it reads, what it takes from each record, where its alerts go.
/// </summary>
public sealed record PipelineDefinition : ApplicationDefinition
{
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

    public override ImmutableArray<StreamId> Outputs => [Output, DeadLetters];
}
