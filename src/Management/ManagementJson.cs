using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace ActorStreams.Management;

internal sealed record AliveAnswer(string Status);

/// <param name="Parts">Each part of the node with what it waits for; null where it is there.</param>
internal sealed record ReadyAnswer(bool Ready, IReadOnlyDictionary<string, string?> Parts);

internal sealed record UnknownPageAnswer(string Message, IReadOnlyList<string> Pages);

/// <summary>What was done, or why not: the shape in which Akka.Management answers changes too.</summary>
internal sealed record MessageAnswer(string Message);

internal sealed record PipelinesAnswer(ImmutableArray<PipelineAnswer> Pipelines);

/// <param name="Detail">Why it does not run; empty when it does.</param>
internal sealed record PipelineAnswer(
    string Name,
    string Phase,
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
    string LastGap);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(AliveAnswer))]
[JsonSerializable(typeof(ReadyAnswer))]
[JsonSerializable(typeof(PipelinesAnswer))]
[JsonSerializable(typeof(MessageAnswer))]
[JsonSerializable(typeof(UnknownPageAnswer))]
internal sealed partial class ManagementJson : JsonSerializerContext;
