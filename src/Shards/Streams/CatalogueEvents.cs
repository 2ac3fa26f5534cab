namespace ActorStreams.Shards.Streams;

/// <summary>Facts in the journal of a region's catalogue.</summary>
public static class CatalogueEvents
{
    public interface ICatalogueEvent;

    public sealed record StreamRegistered(string Name, Incarnation Incarnation, int Shards, StreamMode Mode, long CreatedAtMs) : ICatalogueEvent;

    public sealed record StreamActivated(Incarnation Incarnation) : ICatalogueEvent;

    public sealed record StreamDeleting(Incarnation Incarnation) : ICatalogueEvent;

    public sealed record StreamRemoved(Incarnation Incarnation) : ICatalogueEvent;
}
