namespace ActorStreams.Pbm.Endpoint;

/// <summary>The endpoint's paths, below its address.</summary>
internal static class Paths
{
    public const string Ready = "ready";
    public const string Members = "cluster/members";
    public const string Sharding = "cluster/shards";
    public const string Streams = "streams";
    public const string Leases = "leases";
    public const string Pipelines = "pipelines";
    public const string Deliveries = "deliveries";

    public static string Member(string node) => $"{Members}/{Uri.EscapeDataString(node)}";

    public static string Region(string region) => $"{Streams}/{Uri.EscapeDataString(region)}";

    public static string Stream(string region, string stream) => $"{Region(region)}/{Uri.EscapeDataString(stream)}";

    public static string Shard(string region, ShardName shard) => $"{Stream(region, shard.Stream)}/shards/{shard.ShardId}";

    public static string Delivery(string region, string stream) => $"{Deliveries}/{Uri.EscapeDataString(region)}/{Uri.EscapeDataString(stream)}";

    public static string Pipeline(string name) => $"{Pipelines}/{Uri.EscapeDataString(name)}";
}
