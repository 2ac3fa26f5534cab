using System.Collections.Immutable;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using static ActorStreams.Pipelines.Leases.ApplicationEvents;

namespace ActorStreams.Pipelines.Leases;

/// <summary>Which shards an application works, after any prefix of its journal. Pure.</summary>
public sealed record ApplicationState
{
    public static readonly ApplicationState New = new();

    /// <summary>The life of the source that the leases are of; null before it was first seen.</summary>
    public StreamKey? Source { get; init; }

    public ImmutableSortedDictionary<int, Lease> Leases { get; init; } = ImmutableSortedDictionary<int, Lease>.Empty;

    /// <summary>No consumer runs until it is resumed.</summary>
    public bool IsPaused { get; init; }

    /// <summary>When the definition was created, in ms since 1970; 0 where it does not say.</summary>
    public long CreatedMs { get; init; }

    /// <summary>How often the positions were reset.</summary>
    public int Life { get; init; }

    /// <summary>
    /// Leases whose consumers should run now: open ones, once their parents' are over. A parent without a lease had aged out before the
    /// application began.
    /// </summary>
    public IEnumerable<Lease> Runnable => Leases.Values.Where(lease =>
        lease.IsOpen && lease.Parents.All(parent => !Leases.TryGetValue(parent, out var of) || !of.IsOpen));

    /// <summary>Parents that left a final state to take over.</summary>
    public ImmutableArray<int> FinishedParents(Lease lease) =>
        [.. lease.Parents.Where(parent => Leases.GetValueOrDefault(parent)?.Outcome == LeaseOutcome.Finished)];

    /// <summary>What a look at the source makes true.</summary>
    /// <param name="hasTime">Whether the latest are those that arrived from some time on, which closed shards may hold too.</param>
    public ImmutableArray<IApplicationEvent> Decide(StreamDescription source, StartPosition start, long nowMs, bool hasTime = false)
    {
        var events = ImmutableArray.CreateBuilder<IApplicationEvent>();
        var isOther = Source != source.Key;
        // Only the first look at the first life: what is put later, into a child or a namesake, was put while the application ran.
        var isLatest = Source is null && start == StartPosition.Latest;
        if (isOther) events.Add(new SourceFound(source.Key, nowMs));
        var known = isOther ? ImmutableSortedDictionary<int, Lease>.Empty : Leases;
        // The newest shard of a stream is open, so what lacks one that is known was told by an owner of the stream that is not its owner any more.
        // Going by it, leases of shards that are there would be given up.
        if (!known.IsEmpty && !source.Shards.Any(shard => shard.Key.Shard >= known.Keys.Max())) return [];
        var passed = Ancestors(known, source);
        ImmutableArray<Lease> added =
        [
            .. source.Shards.Where(shard => !known.ContainsKey(shard.Key.Shard) && !passed.Contains(shard.Key.Shard)).Select(shard =>
            {
                var isSkipped = isLatest && !hasTime && shard.EndingSequenceNumber is not null;
                return new Lease(
                    shard.Key.Shard, shard.Range, shard.Parents, isLatest ? StartPosition.Latest : StartPosition.TrimHorizon, nowMs,
                    isSkipped ? LeaseOutcome.Skipped : null, isSkipped ? nowMs : 0);
            }),
        ];
        if (!added.IsEmpty) events.Add(new LeasesAdded(added));
        var there = source.Shards.Select(shard => shard.Key.Shard).ToHashSet();
        foreach (var lease in known.Values.Where(lease => lease.IsOpen && !there.Contains(lease.Shard)))
            events.Add(new LeaseEnded(lease.Shard, LeaseOutcome.AgedOut, nowMs));
        return events.ToImmutable();
    }

    /// <summary>
    /// Shards before those that have a lease. One without a lease of its own had aged out when its children were leased, and an older look that still
    /// shows it must not bring it back: its children may run already.
    /// </summary>
    private static HashSet<int> Ancestors(ImmutableSortedDictionary<int, Lease> known, StreamDescription source)
    {
        var ancestors = known.Values.SelectMany(lease => lease.Parents).ToHashSet();
        // Parents have lower numbers than their children.
        foreach (var shard in source.Shards.OrderByDescending(shard => shard.Key.Shard))
        {
            if (ancestors.Contains(shard.Key.Shard)) ancestors.UnionWith(shard.Parents);
        }
        return ancestors;
    }

    /// <summary>Null where it is known already or of a life that is over.</summary>
    public LeaseEnded? DecideFinished(ShardKey shard, long nowMs) =>
        Source == shard.Stream && Leases.TryGetValue(shard.Shard, out var lease) && lease.IsOpen
            ? new LeaseEnded(shard.Shard, LeaseOutcome.Finished, nowMs)
            : null;

    /// <summary>The leases after a reset: of all shards that are there, at the positions found; shards without one are passed over.</summary>
    /// <param name="positions">Of each shard to read; where the others ended is behind what was asked for.</param>
    public PositionsReset DecideReset(StreamDescription source, IReadOnlyDictionary<int, ShardPosition> positions, string to, long nowMs) => new(
        Life + 1, to,
        [
            .. source.Shards.Select(shard =>
            {
                var isSkipped = !positions.TryGetValue(shard.Key.Shard, out var from);
                var known = Leases.GetValueOrDefault(shard.Key.Shard);
                return new Lease(
                    shard.Key.Shard, shard.Range, shard.Parents, StartPosition.TrimHorizon, nowMs, isSkipped ? LeaseOutcome.Skipped : null,
                    isSkipped ? nowMs : 0)
                {
                    From = isSkipped ? null : from,
                    Placement = known?.Placement ?? LeasePlacement.First,
                    Restarts = known?.Restarts ?? 0,
                    Causes = known?.Causes ?? [],
                };
            }),
        ],
        nowMs);

    public ApplicationState Apply(IApplicationEvent e) => e switch
    {
        SourceFound found => new ApplicationState { Source = found.Stream, IsPaused = IsPaused, Life = Life, CreatedMs = CreatedMs },
        LeasesAdded added => this with { Leases = Leases.AddRange(added.Leases.Select(l => KeyValuePair.Create(l.Shard, l))) },
        LeaseEnded ended => this with
        {
            Leases = Leases.SetItem(ended.Shard, Leases[ended.Shard] with { Outcome = ended.Outcome, EndedMs = ended.AtMs }),
        },
        LeaseInterrupted interrupted => this with { Leases = Leases.SetItem(interrupted.Shard, Interrupt(Leases[interrupted.Shard], interrupted)) },
        ApplicationTookOver => this,
        // What a namesake delivered is its own: consumers begin a new life, and name what they write otherwise.
        ApplicationCreated created => CreatedMs == 0
            ? this with { CreatedMs = created.CreatedMs }
            : new ApplicationState { Life = Life + 1, CreatedMs = created.CreatedMs },
        ApplicationPaused => this with { IsPaused = true },
        ApplicationResumed => this with { IsPaused = false },
        PositionsReset reset => this with
        {
            Life = reset.Life,
            Leases = ImmutableSortedDictionary.CreateRange(reset.Leases.Select(l => KeyValuePair.Create(l.Shard, l))),
        },
        _ => throw new InvalidOperationException($"An application does not know the event {e.GetType()}."),
    };

    private static Lease Interrupt(Lease lease, LeaseInterrupted e) => lease with
    {
        Placement = e.Placement,
        Restarts = lease.Restarts + 1,
        Causes = [.. lease.Causes.TakeLast(Lease.CausesMax - 1), new LeaseCause(e.AtMs, e.Cause)],
    };
}
