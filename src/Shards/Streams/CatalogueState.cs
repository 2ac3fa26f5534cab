using System.Collections.Immutable;
using static ActorStreams.Shards.Streams.CatalogueProtocol;

namespace ActorStreams.Shards.Streams;

/// <summary>Names of a region and the lives behind them. Pure.</summary>
public sealed record CatalogueState
{
    public static readonly CatalogueState Empty = new();

    /// <summary>In ordinal order of name, as listings go.</summary>
    public ImmutableSortedDictionary<string, Entry> Streams { get; init; } =
        ImmutableSortedDictionary.Create<string, Entry>(StringComparer.Ordinal);

    /// <summary>The newest life ever given out; the next is greater, whatever the clock says.</summary>
    public Incarnation LastIncarnation { get; init; }

    /// <summary>Shards of all streams that are not being deleted.</summary>
    public int Shards { get; init; }

    public (CatalogueEvents.StreamRegistered? Event, CreateReply? Refusal) Decide(Create create, int shardQuota, long nowMs)
    {
        if (Streams.TryGetValue(create.Name, out var existing)) return (null, new CreateReply.AlreadyExists(existing.Status));
        if (Shards + (long)create.Shards > shardQuota) return (null, new CreateReply.QuotaExceeded(Shards, shardQuota, create.Shards));
        var incarnation = new Incarnation(Math.Max(nowMs, LastIncarnation.Value + 1));
        return (new CatalogueEvents.StreamRegistered(create.Name, incarnation, create.Shards, create.Configuration, nowMs), null);
    }

    public (CatalogueEvents.StreamDeleting? Event, DeleteReply? Refusal) Decide(Delete delete)
    {
        if (!Streams.TryGetValue(delete.Name, out var entry)) return (null, new DeleteReply.NotFound());
        return entry.Status == StreamStatus.Deleting
            ? (null, new DeleteReply.InUse(entry.Status))
            : (new CatalogueEvents.StreamDeleting(entry.Incarnation), null);
    }

    /// <summary>Null when it is known already, or of a life that is over.</summary>
    public CatalogueEvents.ICatalogueEvent? Decide(StreamReady ready)
    {
        if (Find(ready.Incarnation) is not { } entry || entry.Status == StreamStatus.Deleting) return null;
        if (entry.Status == StreamStatus.Creating) return new CatalogueEvents.StreamActivated(ready.Incarnation);
        if (ready.Counts is not { } counts) return null;
        var status = counts.IsUpdating ? StreamStatus.Updating : StreamStatus.Active;
        return (counts.OpenShards, counts.Mode, status) == (entry.Shards, entry.Mode, entry.Status)
            ? null
            : new CatalogueEvents.StreamCounted(ready.Incarnation, counts.OpenShards, counts.Mode, status);
    }

    /// <summary>Room for a reshard, counted from now on until the stream says what came of it.</summary>
    public (CatalogueEvents.StreamCounted? Event, ReserveReply? Refusal) Decide(Reserve reserve, int shardQuota)
    {
        if (Find(reserve.Incarnation) is not { Status: StreamStatus.Active or StreamStatus.Updating } entry)
            return (null, new ReserveReply.QuotaExceeded(reserve.Incarnation, Shards, shardQuota, reserve.Shards));
        if (Shards - (long)entry.Shards + reserve.Shards > shardQuota)
            return (null, new ReserveReply.QuotaExceeded(reserve.Incarnation, Shards, shardQuota, reserve.Shards - entry.Shards));
        return (new CatalogueEvents.StreamCounted(reserve.Incarnation, Math.Max(entry.Shards, reserve.Shards), entry.Mode, StreamStatus.Updating), null);
    }

    public RegionReply.Found Describe(int shardQuota) => new(
        Shards, shardQuota, Streams.Values.Count(s => s.Mode == StreamMode.OnDemand && s.Status != StreamStatus.Deleting));

    public CatalogueEvents.ICatalogueEvent? Decide(StreamGone gone) =>
        Find(gone.Incarnation) is not null ? new CatalogueEvents.StreamRemoved(gone.Incarnation) : null;

    public ListReply.Page Page(string? exclusiveStart, int limit)
    {
        var page = ImmutableArray.CreateBuilder<Entry>();
        foreach (var (name, entry) in Streams)
        {
            if (exclusiveStart is not null && string.CompareOrdinal(name, exclusiveStart) <= 0) continue;
            if (page.Count == limit) return new ListReply.Page(page.ToImmutable(), true);
            page.Add(entry);
        }
        return new ListReply.Page(page.ToImmutable(), false);
    }

    public CatalogueState Apply(CatalogueEvents.ICatalogueEvent e) => e switch
    {
        CatalogueEvents.StreamRegistered r => this with
        {
            Streams = Streams.SetItem(r.Name, new Entry(r.Name, r.Incarnation, StreamStatus.Creating, r.Configuration.Mode, r.Shards, r.CreatedAtMs, r.Configuration)),
            LastIncarnation = r.Incarnation,
            Shards = Shards + r.Shards,
        },
        CatalogueEvents.StreamActivated a => With(a.Incarnation, StreamStatus.Active),
        CatalogueEvents.StreamCounted c => Count(Get(c.Incarnation), c),
        CatalogueEvents.StreamDeleting d => With(d.Incarnation, StreamStatus.Deleting) with { Shards = Shards - Get(d.Incarnation).Shards },
        CatalogueEvents.StreamRemoved r => this with { Streams = Streams.Remove(Get(r.Incarnation).Name) },
        _ => throw new InvalidOperationException($"A catalogue does not know the event {e.GetType()}."),
    };

    private Entry? Find(Incarnation incarnation) => Streams.Values.FirstOrDefault(s => s.Incarnation == incarnation);

    private Entry Get(Incarnation incarnation) =>
        Find(incarnation) ?? throw new InvalidOperationException($"The catalogue has no stream of life {incarnation}.");

    private CatalogueState Count(Entry entry, CatalogueEvents.StreamCounted c) => this with
    {
        Streams = Streams.SetItem(entry.Name, entry with { Shards = c.Shards, Mode = c.Mode, Status = c.Status }),
        Shards = Shards - entry.Shards + c.Shards,
    };

    private CatalogueState With(Incarnation incarnation, StreamStatus status)
    {
        var entry = Get(incarnation);
        return this with { Streams = Streams.SetItem(entry.Name, entry with { Status = status }) };
    }
}
