using System.Collections.Immutable;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Shards.Log;

namespace ActorStreams.Pipelines.Firehose;

/// <summary>The objects that the records of one stretch of a shard become, under which names and with which bytes.</summary>
/// <param name="From">First record that is in it.</param>
/// <param name="To">First record that is not.</param>
/// <param name="Epoch">Of the consumer whose files in the spool hold the bytes.</param>
/// <param name="Definition">Under which it was made: a change takes effect with the next batch, and never in a redo.</param>
/// <remarks>Not for comparison: the objects are compared by reference.</remarks>
public sealed record BatchIntent(ShardPosition From, ShardPosition To, long Epoch, DeliveryDefinition Definition, ImmutableArray<IntendedObject> Objects)
{
    /// <summary>The object that was tried and not loaded, and since when: a restart gives its retries no more time. Null where none is.</summary>
    public ObjectRetry? Retry { get; init; }

    /// <summary>What it counts; null of a former version, which did not say.</summary>
    public BatchTally? Tally { get; init; }
}

/// <summary>What a batch counts once it is delivered. With the intent it is durable, so that a batch which is made again counts once.</summary>
/// <param name="Before">Totals of all that is delivered below it, since the very first start.</param>
/// <param name="Counts">Of its own records.</param>
/// <param name="Dropped">Records that a step dropped on purpose.</param>
public sealed record BatchTally(ConsumerCounts Before, ConsumerCounts Counts, long Dropped);

/// <param name="Object">The beginning of its file's name, which is its own.</param>
/// <param name="SinceMs">The first try began, in ms since 1970.</param>
public sealed record ObjectRetry(string Object, long SinceMs);

/// <param name="Key">Name at the destination.</param>
/// <param name="Spool">File name in the spool.</param>
/// <param name="Sha256">Of the bytes, 32 of them.</param>
/// <param name="OldestMs">Arrival of its first record, in ms since 1970.</param>
public sealed record IntendedObject(string Key, string Spool, long Length, ReadOnlyMemory<byte> Sha256, long Records, long OldestMs, ObjectKind Kind)
{
    /// <summary>
    /// Which of the batch's records are in it, as a <see cref="RecordSet"/>; empty where the same records always give the same objects, and nobody needs to know.
    /// </summary>
    public ReadOnlyMemory<byte> Places { get; init; }

    /// <summary>Of what failed, such as <c>processing-failed</c>; empty of other objects, and of those of a former version.</summary>
    public string ErrorType { get; init; } = "";
}

/// <summary>What an object holds, which says where it belongs.</summary>
public enum ObjectKind
{
    /// <summary>Records as the steps left them: for the destination.</summary>
    Records = 1,

    /// <summary>Records that could not be processed, with their reasons: for the error output.</summary>
    Errors = 2,

    /// <summary>Records as they came: for the backup.</summary>
    Source = 3,

    /// <summary>What is known of records that were lost: for the error output. There is nothing in it to send again.</summary>
    Gap = 4,
}
