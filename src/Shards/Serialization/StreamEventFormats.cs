using ActorStreams.Shards.Serialization.Proto;
using ActorStreams.Shards.Streams;
using static ActorStreams.Shards.Streams.CatalogueEvents;
using static ActorStreams.Shards.Streams.StreamEvents;

namespace ActorStreams.Shards.Serialization;

/// <summary>Facts in the journals of streams and catalogues, and the snapshots of their states.</summary>
internal static class StreamEventFormats
{
    public static ManifestTable.Builder AddStreamEvents(this ManifestTable.Builder table) => table
        .Add(Manifests.StreamEvents.Created, ToProto, StreamCreatedEvent.Parser,
            m => new Created(m.Name, m.Mode.ToMode(), m.CreatedAtMs, m.RetentionHours, m.Shards.ToSlots()))
        .Add(Manifests.StreamEvents.Activated, (Activated _) => new StreamActivatedEvent(), StreamActivatedEvent.Parser, _ => Activated.Instance)
        .Add(Manifests.StreamEvents.DeletionStarted, (DeletionStarted _) => new StreamDeletionStartedEvent(), StreamDeletionStartedEvent.Parser,
            _ => DeletionStarted.Instance)
        .Add(Manifests.StreamEvents.Deleted, (Deleted _) => new StreamDeletedEvent(), StreamDeletedEvent.Parser, _ => Deleted.Instance);

    public static ManifestTable.Builder AddCatalogueEvents(this ManifestTable.Builder table) => table
        .Add(Manifests.CatalogueEvents.StreamRegistered,
            e => new CatalogueRegisteredEvent
            {
                Name = e.Name,
                Incarnation = e.Incarnation.Value,
                Shards = e.Shards,
                Mode = e.Mode.ToProto(),
                CreatedAtMs = e.CreatedAtMs,
            },
            CatalogueRegisteredEvent.Parser,
            m => new StreamRegistered(m.Name, new Incarnation(m.Incarnation), m.Shards, m.Mode.ToMode(), m.CreatedAtMs))
        .Add(Manifests.CatalogueEvents.StreamActivated, e => new CatalogueActivatedEvent { Incarnation = e.Incarnation.Value },
            CatalogueActivatedEvent.Parser, m => new StreamActivated(new Incarnation(m.Incarnation)))
        .Add(Manifests.CatalogueEvents.StreamDeleting, e => new CatalogueDeletingEvent { Incarnation = e.Incarnation.Value },
            CatalogueDeletingEvent.Parser, m => new StreamDeleting(new Incarnation(m.Incarnation)))
        .Add(Manifests.CatalogueEvents.StreamRemoved, e => new CatalogueRemovedEvent { Incarnation = e.Incarnation.Value },
            CatalogueRemovedEvent.Parser, m => new StreamRemoved(new Incarnation(m.Incarnation)));

    public static ManifestTable.Builder AddStreamSnapshots(this ManifestTable.Builder table) => table
        .AddSnapshot(Manifests.Snapshots.Stream, ToProto, StreamSnapshot.Parser, ToState)
        .AddSnapshot(Manifests.Snapshots.Catalogue, ToProto, CatalogueSnapshot.Parser, ToState);

    private static StreamCreatedEvent ToProto(Created e)
    {
        var m = new StreamCreatedEvent { Name = e.Name, Mode = e.Mode.ToProto(), CreatedAtMs = e.CreatedAtMs, RetentionHours = e.RetentionHours };
        m.Shards.AddAll(e.Shards);
        return m;
    }

    private static StreamSnapshot ToProto(StreamState state)
    {
        var m = new StreamSnapshot
        {
            Lifecycle = ProtoValues.Known((StreamLifecycleValue)(int)state.Lifecycle),
            Name = state.Name,
            Mode = state.Mode.ToProto(),
            CreatedAtMs = state.CreatedAtMs,
            RetentionHours = state.RetentionHours,
        };
        m.Shards.AddAll(state.Shards);
        return m;
    }

    private static StreamState ToState(StreamSnapshot m) => new()
    {
        Lifecycle = (StreamLifecycle)(int)ProtoValues.Known(m.Lifecycle),
        Name = m.Name,
        Mode = m.Mode.ToMode(),
        CreatedAtMs = m.CreatedAtMs,
        RetentionHours = m.RetentionHours,
        Shards = m.Shards.ToSlots(),
    };

    private static CatalogueSnapshot ToProto(CatalogueState state)
    {
        var m = new CatalogueSnapshot { LastIncarnation = state.LastIncarnation.Value, Shards = state.Shards };
        foreach (var entry in state.Streams.Values) m.Streams.Add(entry.ToProto());
        return m;
    }

    private static CatalogueState ToState(CatalogueSnapshot m)
    {
        var streams = CatalogueState.Empty.Streams.ToBuilder();
        foreach (var value in m.Streams) streams[value.Name] = value.ToEntry();
        return new CatalogueState { Streams = streams.ToImmutable(), LastIncarnation = new Incarnation(m.LastIncarnation), Shards = m.Shards };
    }
}
