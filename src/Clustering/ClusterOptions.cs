using ActorStreams.Clustering.Tls;
using Akka.Actor;

namespace ActorStreams.Clustering;

/// <summary>Which side goes on when a cluster falls apart.</summary>
public enum Downing
{
    /// <summary>The one with more than half of the nodes; with exactly half, the one with the lowest address.</summary>
    KeepMajority = 1,

    /// <summary>The one that gets a lease in the store, where the majority has a head start.</summary>
    LeaseMajority = 2,
}

/// <summary>How this node meets others. The defaults make a cluster of one that listens on this machine only.</summary>
public sealed record ClusterOptions
{
    /// <summary>Name of the cluster, the same on all of its members, default actorstreams. Two clusters over one store need two names, and a store holds one cluster's streams.</summary>
    public string Name { get; init; } = "actorstreams";

    /// <summary>Name or address under which other nodes reach this one, default 127.0.0.1; a cluster of more machines needs one that they can reach.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>IP address to listen on, default <see cref="Host"/> where that is one, else 0.0.0.0, every network.</summary>
    public string? BindAddress { get; init; }

    /// <summary>Port for other nodes, default 0, any free one. Seeds need a fixed one.</summary>
    public int Port { get; init; }

    /// <summary>
    /// What this node does, default all: <c>shards</c> holds shards and streams, <c>pipelines</c> works on them, <c>gateway</c> answers clients.
    /// </summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>
    /// Addresses <c>host:port</c> of the members that a new one asks, and the only ones that may form a cluster, default none: then every node may,
    /// and they find each other in the store. Needs PostgreSQL.
    /// </summary>
    public IReadOnlyList<string> Seeds { get; init; } = [];

    /// <summary>Which side goes on when the cluster falls apart, default KeepMajority.</summary>
    public Downing Downing { get; init; } = Downing.KeepMajority;

    /// <summary>Certificates for connections between members, default none: they are in clear and whoever reaches the port is listened to.</summary>
    public ClusterTlsOptions? Tls { get; init; }

    /// <summary>
    /// The seeds as Akka writes addresses, in lower case: one that is written otherwise would not be known for this process itself, and Akka would be told
    /// that this process is the first seed, which then joins itself unasked.
    /// </summary>
    public IReadOnlyList<string> SeedsOf(string protocol) => [.. Seeds.Select(seed => Address.Parse($"{protocol}://{Name}@{seed}").ToString())];

    internal IReadOnlyList<string> EffectiveRoles => Roles.Count > 0 ? Roles : ClusterRoles.Work;

    /// <summary>Whether this node does what the role names.</summary>
    public bool Has(string role) => EffectiveRoles.Contains(role, StringComparer.Ordinal);

    /// <summary>The address by which others know this node, once its port is known.</summary>
    internal string BindHost => BindAddress ?? (System.Net.IPAddress.TryParse(Host, out _) ? Host : "0.0.0.0");
}

public static class ClusterRoles
{
    public const string Shards = "shards";
    public const string Pipelines = "pipelines";
    public const string Gateway = "gateway";

    /// <summary>What every node has, whatever it does: these vote on which side of a partition goes on.</summary>
    public const string Node = "node";

    /// <summary>Members that only help others to find the cluster.</summary>
    public const string Lighthouse = "lighthouse";

    public static readonly IReadOnlyList<string> Work = [Shards, Pipelines, Gateway];
}
