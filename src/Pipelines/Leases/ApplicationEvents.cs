using System.Collections.Immutable;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Pipelines.Leases;

/// <summary>Facts in an application's journal.</summary>
public static class ApplicationEvents
{
    public interface IApplicationEvent;

    /// <summary>The source is, from now on, this life of the stream; what was leased of a former one is over.</summary>
    public sealed record SourceFound(StreamKey Stream, long AtMs) : IApplicationEvent;

    /// <summary>Shards of the source that the application had not seen.</summary>
    public sealed record LeasesAdded(ImmutableArray<Lease> Leases) : IApplicationEvent;

    public sealed record LeaseEnded(int Shard, LeaseOutcome Outcome, long AtMs) : IApplicationEvent;
}

/// <summary>Why a lease is over.</summary>
public enum LeaseOutcome
{
    /// <summary>The shard was read to its end and its consumer left its final state.</summary>
    Finished = 1,

    /// <summary>It was closed before the application began, which was to read new records only.</summary>
    Skipped = 2,

    /// <summary>It was gone, records and all, before it was read to its end.</summary>
    AgedOut = 3,
}

/// <summary>The right of one application to one shard, and since when.</summary>
/// <param name="Start">Where its consumer begins at its very first start.</param>
public sealed record Lease(
    int Shard, HashKeyRange Range, ImmutableArray<int> Parents, StartPosition Start, long SinceMs, LeaseOutcome? Outcome, long EndedMs)
{
    public bool IsOpen => Outcome is null;
}

/// <summary>Facts in the coordinator's journal: the applications that were started and stopped at run time, beside those in settings.</summary>
public static class CoordinatorEvents
{
    public interface ICoordinatorEvent;

    /// <summary>Takes the place of one with the same name.</summary>
    public sealed record ApplicationAdded(PipelineDefinition Definition) : ICoordinatorEvent;

    /// <summary>Stays stopped over restarts, even where settings name it, until it is added again.</summary>
    public sealed record ApplicationRemoved(string Name) : ICoordinatorEvent;

    /// <summary>
    /// An incarnation begins, and takes the row that a former one would write next: without it, one that was stopped and wakes could acknowledge a
    /// command that its successor, which has read the journal, does not know.
    /// </summary>
    public sealed record CoordinatorTookOver(long AtMs) : ICoordinatorEvent;
}
