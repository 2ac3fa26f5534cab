using Akka.Actor;

namespace ActorStreams.Shards.Serialization;

/// <summary>Events, snapshots and messages of streams and catalogues. Their forms are told in <c>docs/formats/journal.md</c>.</summary>
public sealed class StreamSerializer(ExtendedActorSystem system) : TableSerializer(system, Id, s_table)
{
    /// <summary>Stored beside each row of a stream or catalogue, for ever.</summary>
    public const int Id = 482;

    private static readonly ManifestTable s_table = new ManifestTable.Builder()
        .AddStreamEvents()
        .AddCatalogueEvents()
        .AddStreamSnapshots()
        .AddStreamMessages()
        .AddCatalogueMessages()
        .Build();
}
