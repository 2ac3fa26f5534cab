using System.Collections.Immutable;
using System.Globalization;
using ActorStreams.Shards.Streams;
using Akka.Actor;
using Akka.Cluster.Sharding;

namespace ActorStreams.Pipelines.Consumers;

/// <summary>How consumers are spread over the cluster, and how one of them is moved.</summary>
/// <remarks>
/// Cluster sharding moves buckets, not entities. So a consumer that is moved goes to a bucket of its own, whose name says which node it
/// must not be on: <c>{bucket}~{placement}~{host:port}</c>. Its id stays, so its journal and its epochs do, by which two incarnations cannot
/// both have effects. Buckets that were left stay behind empty, a few hundred bytes each, until their region ends.
/// </remarks>
public static class ConsumerRegion
{
    public const string TypeName = "shard-consumer";
    private const char Separator = '~';

    /// <summary>The bucket of a consumer at one of its places, out of the one that it has by itself.</summary>
    public static string Bucket(string own, LeasePlacement placement) => placement.Number == 0
        ? own
        : string.Create(CultureInfo.InvariantCulture, $"{own}{Separator}{placement.Number}{Separator}{placement.Avoid}");

    /// <summary>Host and port of the node that a bucket must not be on; empty where it may be anywhere.</summary>
    public static string Avoided(string bucket) => bucket.Split(Separator) is [_, _, var avoid] ? avoid : "";

    internal sealed class Extractor() : HashCodeMessageExtractor(Regions.Buckets)
    {
        public override string? EntityId(object message) =>
            message is ConsumerProtocol.IRequest request ? ConsumerProtocol.Id(request.Application, request.Shard) : null;

        public override string ShardId(string entityId, object? messageHint = null) =>
            Bucket(base.ShardId(entityId, messageHint), (messageHint as ConsumerProtocol.IRequest)?.Placement ?? LeasePlacement.First);
    }

    /// <summary>Cluster sharding's own choice among the nodes that a bucket may be on; where that is none, among all.</summary>
    internal sealed class Allocation(IShardAllocationStrategy inner) : IActorSystemDependentAllocationStrategy
    {
        private Address _self = Address.AllSystems;

        public void Start(ActorSystem system)
        {
            _self = Akka.Cluster.Cluster.Get(system).SelfAddress;
            if (inner is IActorSystemDependentAllocationStrategy dependent) dependent.Start(system);
            else if (inner is IStartableAllocationStrategy startable) startable.Start();
        }

        public Task<IActorRef> AllocateShard(
            IActorRef requester, string shardId, IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations)
        {
            var avoided = Avoided(shardId);
            var others = avoided.Length == 0
                ? currentShardAllocations
                : currentShardAllocations.Where(region => HostPort(region.Key) != avoided).ToImmutableDictionary();
            return inner.AllocateShard(requester, shardId, others.Count == 0 ? currentShardAllocations : others);
        }

        public Task<IImmutableSet<string>> Rebalance(
            IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations, IImmutableSet<string> rebalanceInProgress) =>
            inner.Rebalance(currentShardAllocations, rebalanceInProgress);

        private string HostPort(IActorRef region)
        {
            var address = region.Path.Address.HasLocalScope ? _self : region.Path.Address;
            return string.Create(CultureInfo.InvariantCulture, $"{address.Host}:{address.Port}");
        }
    }
}
