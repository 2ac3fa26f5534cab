using System.Collections.Immutable;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
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

    /// <summary>The consumer of a lease was, or is from now on, started again for a reason that a person should know of.</summary>
    /// <param name="Cause">In words.</param>
    /// <param name="Placement">Where it is from now on.</param>
    public sealed record LeaseInterrupted(int Shard, LeaseInterruption Kind, string Cause, LeasePlacement Placement, long AtMs) : IApplicationEvent;

    /// <summary>An incarnation begins; the row it takes shuts former ones out of the journal.</summary>
    public sealed record ApplicationTookOver(long AtMs) : IApplicationEvent;

    /// <summary>What is worked for is the definition that was created then; one of the same name that was created before is forgotten, positions and all.</summary>
    public sealed record ApplicationCreated(long CreatedMs, long AtMs) : IApplicationEvent;

    /// <summary>No consumer is to run until <see cref="ApplicationResumed"/>.</summary>
    public sealed record ApplicationPaused(long AtMs) : IApplicationEvent;

    public sealed record ApplicationResumed(long AtMs) : IApplicationEvent;

    /// <summary>All consumers begin a new life, at the positions of these leases, which take the place of those before.</summary>
    /// <param name="To">What was asked for, in words.</param>
    public sealed record PositionsReset(int Life, string To, ImmutableArray<Lease> Leases, long AtMs) : IApplicationEvent;
}

public enum LeaseInterruption
{
    /// <summary>It was silent, and its node has started it again.</summary>
    Restarted = 1,

    /// <summary>It gave no sign of life, and another node is to run it.</summary>
    Moved = 2,

    /// <summary>A person has released its lease.</summary>
    Released = 3,
}

/// <summary>Why a lease was interrupted, in words.</summary>
public sealed record LeaseCause(long AtMs, string What);

/// <summary>An application with its leases, kept so that its journal stays short.</summary>
public sealed record ApplicationSnapshot(ApplicationState State);

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
    /// <summary>Causes that are remembered, the newest.</summary>
    public const int CausesMax = 8;

    public bool IsOpen => Outcome is null;

    /// <summary>Where its consumer is to run.</summary>
    public LeasePlacement Placement { get; init; } = LeasePlacement.First;

    /// <summary>Where its consumer begins in this life of the application; null leaves it to <see cref="Start"/>.</summary>
    public ShardPosition? From { get; init; }

    /// <summary>Times that its consumer was started again because it gave no sign of life, or by a person.</summary>
    public int Restarts { get; init; }

    /// <summary>Why, the newest last.</summary>
    public ImmutableArray<LeaseCause> Causes { get; init; } = [];
}

/// <summary>Facts in the coordinator's journal: the applications that were started and stopped at run time, beside those in settings.</summary>
public static class CoordinatorEvents
{
    public interface ICoordinatorEvent;

    /// <summary>Takes the place of one with the same name.</summary>
    public sealed record ApplicationAdded(ApplicationDefinition Definition) : ICoordinatorEvent;

    /// <summary>Stays stopped over restarts, even where settings name it, until it is added again.</summary>
    public sealed record ApplicationRemoved(string Name) : ICoordinatorEvent;

    /// <summary>
    /// An incarnation begins, and takes the row that a former one would write next: without it, one that was stopped and wakes could acknowledge a
    /// command that its successor, which has read the journal, does not know.
    /// </summary>
    public sealed record CoordinatorTookOver(long AtMs) : ICoordinatorEvent;
}
