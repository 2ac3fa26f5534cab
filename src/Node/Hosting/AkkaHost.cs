using ActorStreams.Clustering;
using ActorStreams.Clustering.Leases;
using ActorStreams.Node.Settings;
using ActorStreams.Pipelines.Serialization;
using ActorStreams.Shards;
using ActorStreams.Shards.Serialization;
using ActorStreams.Shards.Store;
using Akka.Hosting;

namespace ActorStreams.Node.Hosting;

/// <summary>The actor system of a node, from its settings: a member of a cluster, if only of one that it forms itself.</summary>
internal static class AkkaHost
{
    /// <param name="leases">Null where nobody else can share the store.</param>
    public static IHost Build(NodeSettings settings, SqlLeaseSetup? leases, ILoggerFactory loggers)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddAkka(settings.Cluster.Name, akka => Configure(akka, settings, leases));
        return builder.Build();
    }

    private static void Configure(AkkaConfigurationBuilder akka, NodeSettings settings, SqlLeaseSetup? leases)
    {
        akka.WithLogging(settings.Log.AkkaLevel);
        akka.WithMembership(settings.Cluster, ClusterRoles.Node, leases);
        akka.AddHocon(ShardSerialization.Config, HoconAddMode.Append);
        akka.AddHocon(ShardsNode.Config, HoconAddMode.Append);
        akka.AddHocon(PipelineSerialization.Config, HoconAddMode.Append);
        akka.WithStore(settings.Store);
    }
}
