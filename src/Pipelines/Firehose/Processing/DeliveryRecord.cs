using System.Collections.Immutable;
using ActorStreams.Pipelines.Firehose.Naming;

namespace ActorStreams.Pipelines.Firehose.Processing;

/// <summary>A record on its way through a delivery stream.</summary>
/// <param name="Id">Follows from its source record, the same at each redo; what a transform is told as <c>recordId</c>.</param>
/// <param name="ArrivedAt">When the source took it, to the millisecond.</param>
/// <param name="Data">As it came, or as the steps before left it.</param>
public sealed record DeliveryRecord(string Id, DateTimeOffset ArrivedAt, ReadOnlyMemory<byte> Data)
{
    /// <summary>Of dynamic partitioning, by the names that <see cref="PartitionKeyNames"/> gives them; empty where there is none.</summary>
    public ImmutableSortedDictionary<string, string> PartitionKeys { get; init; } = PartitionKeyNames.None;

    /// <summary>Partition key of its source record; null where nobody needs it.</summary>
    public string? Key { get; init; }

    /// <summary>Place among the records of its batch, as they come to the first step; what a step makes of one record has its place.</summary>
    public int Place { get; init; }

    /// <summary>As it came from the source, or of what was taken apart, for the error output.</summary>
    public ReadOnlyMemory<byte> Raw { get; init; } = Data;

    /// <summary>
    /// It came of a record that was taken apart, as <see cref="Raw"/> has it: what goes before that has been done with it, and is not done again when it is sent again.
    /// </summary>
    public bool IsTakenApart { get; init; }
}

/// <summary>A record that a step could not process; it goes to the error output with its reason, and the others go on.</summary>
/// <param name="Type">Names the folder of the error output, such as <c>processing-failed</c>.</param>
/// <param name="Code">Such as <c>Lambda.ProcessingFailedStatus</c>.</param>
public sealed record FailedRecord(DeliveryRecord Record, string Type, string Code, string Message, int Attempts)
{
    /// <summary>The type of what transforms, queries and the other steps fail.</summary>
    public const string ProcessingFailed = "processing-failed";

    /// <summary>The type of what does not fit the columns of a converted object.</summary>
    public const string FormatConversionFailed = "format-conversion-failed";
}

/// <summary>What came of a batch: records in order, those that failed, and how many were dropped on purpose.</summary>
public sealed record Processed(IReadOnlyList<DeliveryRecord> Records, IReadOnlyList<FailedRecord> Failed, int Dropped);

/// <summary>One step of a delivery stream's processing. A record never blocks the others: it succeeds, is dropped or fails.</summary>
public interface IRecordStep
{
    /// <summary>Whether the same records may give other answers at a redo, so that the output has to be durable before it is used.</summary>
    bool IsDeterministic { get; }

    /// <param name="cancel">Ends waiting, with <see cref="OperationCanceledException"/>; what was answered until then is done again later.</param>
    Task<Processed> ProcessAsync(IReadOnlyList<DeliveryRecord> records, CancellationToken cancel);
}
