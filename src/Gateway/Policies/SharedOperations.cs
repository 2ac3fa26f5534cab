using System.Collections.Frozen;

namespace ActorStreams.Gateway.Policies;

/// <summary>
/// What policies may be about, by the kind of their resource: the operations that AWS lets streams and consumers be shared for. No
/// other operation is open to keys of other accounts.
/// </summary>
internal static class SharedOperations
{
    /// <summary>DescribeStream is not in AWS's list but in its examples for functions in other accounts.</summary>
    public static readonly FrozenSet<string> OfStreams =
    [
        "DescribeStream", "DescribeStreamSummary", "GetRecords", "GetShardIterator", "ListShards", "PutRecord", "PutRecords",
    ];

    public static readonly FrozenSet<string> OfConsumers = ["DescribeStreamConsumer", "SubscribeToShard"];

    /// <summary>Those that the owner always has: nobody can lock himself out by a policy.</summary>
    public static readonly FrozenSet<string> OfPolicies = ["DeleteResourcePolicy", "GetResourcePolicy", "PutResourcePolicy"];
}
