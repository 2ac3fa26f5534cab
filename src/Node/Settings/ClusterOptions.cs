namespace ActorStreams.Node.Settings;

/// <summary>How this node meets others. The defaults make a cluster of one that joins itself and listens on this machine only.</summary>
public sealed record ClusterOptions
{
    /// <summary>Name or address under which other nodes reach this one, default 127.0.0.1; a cluster of more machines needs one that they can reach.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>Port for other nodes, default 0, any free one. Nodes that name each other as seeds need a fixed one.</summary>
    public int Port { get; init; }

    /// <summary>
    /// What this node does, default all: <c>shards</c> holds shards and streams, <c>pipelines</c> works on them, <c>gateway</c> answers clients.
    /// </summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>Addresses <c>host:port</c> of nodes to join, default none: this node forms a cluster by itself.</summary>
    public IReadOnlyList<string> Seeds { get; init; } = [];

    internal IReadOnlyList<string> EffectiveRoles => Roles.Count > 0 ? Roles : ClusterRoles.All;
}

internal static class ClusterRoles
{
    public const string Shards = "shards";
    public const string Pipelines = "pipelines";
    public const string Gateway = "gateway";

    public static readonly IReadOnlyList<string> All = [Shards, Pipelines, Gateway];
}
