using ActorStreams.Shards.Streams;
using Akka.Cluster.Sharding;

namespace ActorStreams.Pipelines.Consumers;

/// <summary>How consumers are spread over the cluster.</summary>
public static class ConsumerRegion
{
    public const string TypeName = "shard-consumer";

    internal sealed class Extractor() : HashCodeMessageExtractor(Regions.Buckets)
    {
        public override string? EntityId(object message) =>
            message is ConsumerProtocol.IRequest request ? ConsumerProtocol.Id(request.Application, request.Shard) : null;
    }
}
