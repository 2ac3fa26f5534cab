using ActorStreams.Shards.Log;
using Akka.Actor;
using Akka.Cluster.Sharding;

namespace ActorStreams.Shards.Streams;

/// <summary>Names of the entity types in cluster sharding, how messages find their entity, and the ways to them.</summary>
public static class Regions
{
    public const string Shards = "shard";
    public const string Streams = "stream";
    public const string Catalogues = "catalogue";

    /// <summary>
    /// Placement units of each type; about ten for each of ten nodes. Frozen: another number would place running entities anew.
    /// </summary>
    public const int Buckets = 96;

    /// <summary>Names become part of persistence ids and actor paths, so letters, digits, <c>_ . -</c>, at most 64 of them.</summary>
    public static bool IsValidName(string region) =>
        region.Length is > 0 and <= 64 && region.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    public static string CatalogueId(string region) => CataloguePrefix + region;

    public const string CataloguePrefix = "catalogue-";

    public static IActorRef Of(ActorSystem system, string typeName) => ClusterSharding.Get(system).ShardRegion(typeName);

    internal sealed class Extractor() : HashCodeMessageExtractor(Buckets)
    {
        public override string? EntityId(object message) => message switch
        {
            ShardProtocol.IRequest shard => shard.Shard.PersistenceId,
            StreamProtocol.IRequest stream => stream.Stream.PersistenceId,
            CatalogueProtocol.IRequest catalogue => CatalogueId(catalogue.Region),
            _ => null,
        };
    }
}
