namespace ActorStreams.Shards.Streams;

/// <summary>Facts in the journal of a region's catalogue.</summary>
public static class CatalogueEvents
{
    public interface ICatalogueEvent;

    public sealed record StreamRegistered(string Name, Incarnation Incarnation, int Shards, StreamConfiguration Configuration, long CreatedAtMs) : ICatalogueEvent;

    public sealed record StreamActivated(Incarnation Incarnation) : ICatalogueEvent;

    /// <summary>The stream has, or is to have, so many open shards, in this mode and status.</summary>
    public sealed record StreamCounted(Incarnation Incarnation, int Shards, StreamMode Mode, StreamStatus Status) : ICatalogueEvent;

    public sealed record StreamDeleting(Incarnation Incarnation) : ICatalogueEvent;

    public sealed record StreamRemoved(Incarnation Incarnation) : ICatalogueEvent;
}
