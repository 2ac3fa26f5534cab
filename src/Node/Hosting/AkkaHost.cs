using System.Net;
using ActorStreams.Node.Settings;
using ActorStreams.Pipelines.Serialization;
using ActorStreams.Shards;
using ActorStreams.Shards.Serialization;
using ActorStreams.Shards.Store;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Hosting;
using Akka.Configuration;
using Akka.Hosting;
using Akka.Remote.Hosting;
using ClusterOptions = ActorStreams.Node.Settings.ClusterOptions;

namespace ActorStreams.Node.Hosting;

/// <summary>The actor system of a node, from its settings: a member of a cluster, if only of one that it forms itself.</summary>
internal static class AkkaHost
{
    public const string SystemName = "actorstreams";
    private const string ConfigResource = "akka.conf";

    public static IHost Build(NodeSettings settings, ILoggerFactory loggers)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddAkka(SystemName, akka => Configure(akka, settings));
        return builder.Build();
    }

    /// <summary>Completes when this node is a full member of its cluster.</summary>
    public static async Task JoinAsync(ActorSystem system, ClusterOptions options, CancellationToken cancel)
    {
        var cluster = Akka.Cluster.Cluster.Get(system);
        var up = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cluster.RegisterOnMemberUp(() => up.TrySetResult());
        // A port that was not fixed is known only now, so a node without seeds joins itself by hand.
        if (options.Seeds.Count == 0) cluster.Join(cluster.SelfAddress);
        await up.Task.WaitAsync(cancel);
    }

    private static void Configure(AkkaConfigurationBuilder akka, NodeSettings settings)
    {
        var cluster = settings.Cluster;
        akka.ConfigureLoggers(loggers =>
        {
            loggers.ClearLoggers();
            loggers.LogLevel = AkkaLevel(settings.Log.AkkaLevel);
            loggers.AddLoggerFactory();
        });
        akka.AddHocon(ReadConfig(), HoconAddMode.Append);
        akka.AddHocon(ShardSerialization.Config, HoconAddMode.Append);
        akka.AddHocon(ShardsNode.Config, HoconAddMode.Append);
        akka.AddHocon(PipelineSerialization.Config, HoconAddMode.Append);
        akka.WithRemoting(new RemoteOptions
        {
            HostName = IPAddress.TryParse(cluster.Host, out _) ? cluster.Host : "0.0.0.0",
            PublicHostName = cluster.Host,
            Port = cluster.Port,
        });
        akka.WithClustering(new Akka.Cluster.Hosting.ClusterOptions
        {
            Roles = [.. cluster.EffectiveRoles],
            SeedNodes = [.. cluster.Seeds.Select(seed => $"akka.tcp://{SystemName}@{seed}")],
        });
        akka.WithStore(settings.Store);
    }

    private static Config ReadConfig()
    {
        using var stream = typeof(AkkaHost).Assembly.GetManifestResourceStream(ConfigResource)!;
        using var reader = new StreamReader(stream);
        return ConfigurationFactory.ParseString(reader.ReadToEnd());
    }

    private static Akka.Event.LogLevel AkkaLevel(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => Akka.Event.LogLevel.DebugLevel,
        LogLevel.Information => Akka.Event.LogLevel.InfoLevel,
        LogLevel.Warning => Akka.Event.LogLevel.WarningLevel,
        _ => Akka.Event.LogLevel.ErrorLevel,
    };
}
