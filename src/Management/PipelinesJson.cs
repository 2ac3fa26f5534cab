using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ActorStreams.Pipelines.Leases;

namespace ActorStreams.Management;

internal sealed record PipelinesAnswer(ImmutableArray<PipelineAnswer> Pipelines);

/// <param name="Detail">Why it does not run; empty when it does.</param>
internal sealed record PipelineAnswer(
    string Name,
    string Phase,
    bool Paused,
    string Detail,
    string Source,
    string Output,
    string DeadLetterStream,
    long Records,
    long Alerts,
    long DeadLetters,
    long Gaps,
    ImmutableArray<ConsumerAnswer> Consumers);

/// <param name="LagMs">Age of the oldest record not done; 0 when caught up, -1 while not known.</param>
/// <param name="RetentionLeftMs">Of deliveries: how long the source still keeps the oldest record that is not delivered; null while not known.</param>
/// <param name="Warning">Of deliveries: that the source is about to give that record up; empty while there is time.</param>
/// <param name="Undelivered">Of deliveries: records that are read and not delivered, of which there may be more that are not read; null of others.</param>
internal sealed record ConsumerAnswer(
    string ShardId,
    string Phase,
    string Detail,
    string Node,
    long Epoch,
    long LagMs,
    long? LagRecords,
    long Records,
    long Alerts,
    string LastGap,
    long? RetentionLeftMs,
    string Warning,
    long? Undelivered);

internal sealed record LeasesAnswer(ImmutableArray<LeaseAnswer> Leases);

/// <param name="Node">Where its consumer was last heard of; empty where it never was.</param>
/// <param name="Epoch">Starts of its consumer so far.</param>
/// <param name="LagMs">Age of the oldest record not done; 0 when caught up, -1 while not known.</param>
/// <param name="Undelivered">Of deliveries: records that are read and not delivered, of which there may be more that are not read; null of others.</param>
/// <param name="State">Open, Waiting for its parents, or how it ended: Finished, Skipped, AgedOut.</param>
/// <param name="HeardAgoMs">Since its consumer was heard of, or was told to run where it never was; null where it was not told.</param>
/// <param name="Restarts">By silence and by people, ever, and failures since it last got on.</param>
/// <param name="Placement">Times that it was moved.</param>
internal sealed record LeaseAnswer(
    string Application,
    string Region,
    string Stream,
    string ShardId,
    string Node,
    long Epoch,
    CheckpointAnswer Checkpoint,
    long LagMs,
    long? LagRecords,
    long? Undelivered,
    string Phase,
    string Detail,
    string State,
    long? HeardAgoMs,
    int Restarts,
    int Placement,
    ImmutableArray<CauseAnswer> Causes);

/// <param name="SequenceNumber">Of the next record whose effects are not confirmed; null while its row is 0 or the shard was not read yet.</param>
internal sealed record CheckpointAnswer(long Row, int Index, string? SequenceNumber);

internal sealed record CauseAnswer(DateTimeOffset At, string What);

/// <param name="At">TRIM_HORIZON, LATEST, or a time in ISO 8601.</param>
internal sealed record ResetBody(string? At);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(PipelinesAnswer))]
[JsonSerializable(typeof(PipelineAnswer))]
[JsonSerializable(typeof(LeasesAnswer))]
[JsonSerializable(typeof(LeaseVerdict))]
[JsonSerializable(typeof(ResetBody))]
internal sealed partial class PipelinesJson : JsonSerializerContext;
