using System.Collections.Immutable;
using System.Globalization;
using Akka.Actor;
using Akka.Cluster.Sharding;

namespace ActorStreams.Management.Membership;

/// <summary>
/// <c>/cluster/shards</c>: on which node cluster sharding has placed which buckets of each entity type. What it calls shards are the
/// buckets, so as not to be taken for shards of a stream.
/// </summary>
/// <param name="system">Null while the node starts.</param>
public sealed class ShardingPage(Func<ActorSystem?> system) : IManagementPage
{
    private static readonly TimeSpan s_answerWithin = TimeSpan.FromSeconds(3);

    public IEnumerable<ManagementRoute> Routes =>
    [
        ManagementRoute.Get("/cluster/shards", AnswerAllAsync),
        ManagementRoute.Get("/cluster/shards/{type}", AnswerOwnAsync),
    ];

    private ClusterSharding Sharding() =>
        ClusterSharding.Get(system() ?? throw ManagementException.Unavailable("This node is not in a cluster yet."));

    private async Task AnswerOwnAsync(ManagementCall call)
    {
        var sharding = Sharding();
        var type = call["type"];
        if (!sharding.ShardTypeNames.Contains(type))
            throw ManagementException.NotFound($"Shard Region {type} is not started; the types are {string.Join(", ", sharding.ShardTypeNames.Order(StringComparer.Ordinal))}.");
        var stats = await sharding.ShardRegion(type).Ask<ShardRegionStats>(GetShardRegionStats.Instance, s_answerWithin, call.Cancel);
        await call.AnswerAsync(
            new RegionAnswer([.. InOrder(stats.Stats).Select(b => new RegionBucketAnswer(b.Key, b.Value))]), MembershipJson.Default.RegionAnswer);
    }

    private async Task AnswerAllAsync(ManagementCall call)
    {
        var sharding = Sharding();
        var types = await Task.WhenAll(sharding.ShardTypeNames.Order(StringComparer.Ordinal).Select(type => DescribeAsync(sharding.ShardRegion(type), type, call.Cancel)));
        await call.AnswerAsync(new ShardingAnswer([.. types]), MembershipJson.Default.ShardingAnswer);
    }

    private static async Task<TypeAnswer> DescribeAsync(IActorRef region, string type, CancellationToken cancel)
    {
        try
        {
            var stats = await region.Ask<ClusterShardingStats>(new GetClusterShardingStats(s_answerWithin), s_answerWithin + TimeSpan.FromSeconds(1), cancel);
            return new TypeAnswer(
                type,
                [.. stats.Regions.OrderBy(r => r.Key.ToString(), StringComparer.Ordinal).Select(r => new TypeRegionAnswer(
                    r.Key.ToString(),
                    [.. InOrder(r.Value.Stats).Select(b => new BucketAnswer(b.Key, b.Value))],
                    r.Value.Stats.Values.Sum()))],
                stats.Regions.Count == 0 ? $"Not every region answered within {s_answerWithin.TotalSeconds:0} s, or none is registered yet." : null);
        }
        catch (AskTimeoutException)
        {
            return new TypeAnswer(type, [], $"The coordinator of this type did not answer within {s_answerWithin.TotalSeconds:0} s.");
        }
    }

    /// <summary>Their names are numbers.</summary>
    private static IEnumerable<KeyValuePair<string, int>> InOrder(IReadOnlyDictionary<string, int> buckets) =>
        buckets.OrderBy(b => int.TryParse(b.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue)
            .ThenBy(b => b.Key, StringComparer.Ordinal);
}
