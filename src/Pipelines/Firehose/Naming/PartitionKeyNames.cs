using System.Collections.Immutable;

namespace ActorStreams.Pipelines.Firehose.Naming;

/// <summary>
/// How the keys of dynamic partitioning are called in a record: the query's and the transform's have each their own names, so that
/// <c>!{partitionKeyFromQuery:k}</c> and <c>!{partitionKeyFromLambda:k}</c> never mean each other's.
/// </summary>
public static class PartitionKeyNames
{
    public static readonly ImmutableSortedDictionary<string, string> None = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    public static string FromQuery(string key) => "query:" + key;

    public static string FromLambda(string key) => "lambda:" + key;
}
