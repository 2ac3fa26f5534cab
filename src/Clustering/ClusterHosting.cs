using ActorStreams.Clustering.Leases;
using ActorStreams.Clustering.Tls;
using Akka.Cluster.Hosting;
using Akka.Configuration;
using Akka.Hosting;
using Akka.Remote.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorStreams.Clustering;

/// <summary>What every member of a cluster, node or Lighthouse, tells Akka.</summary>
public static class ClusterHosting
{
    private const string ConfigResource = "akka.conf";

    /// <summary>The settings of every member, without its own address and roles; for an actor system without a host as well.</summary>
    public static Config Config { get; } = ReadConfig();

    /// <param name="role">What kind of member it is, <see cref="ClusterRoles.Node"/> or <see cref="ClusterRoles.Lighthouse"/>.</param>
    /// <param name="leases">Where the members share a store; null for a process that shares it with nobody, which needs no lease.</param>
    public static AkkaConfigurationBuilder WithMembership(
        this AkkaConfigurationBuilder akka, ClusterOptions options, string role, SqlLeaseSetup? leases = null)
    {
        if (leases is not null) akka.AddSetup(leases).AddHocon(LeaseConfig(options), HoconAddMode.Append);
        akka.AddHocon(Config, HoconAddMode.Append);
        akka.WithRemoting(new RemoteOptions { HostName = options.BindHost, PublicHostName = options.Host, Port = options.Port });
        if (options.Tls is { } tls)
        {
            var (config, setup) = MutualTls.ForActorSystem(tls, options.Host, TimeProvider.System);
            akka.AddHocon(config, HoconAddMode.Prepend);
            akka.AddSetup(setup);
        }
        akka.WithClustering(new Akka.Cluster.Hosting.ClusterOptions
        {
            Roles = role == ClusterRoles.Node ? [role, .. options.EffectiveRoles] : [role],
        });
        return akka;
    }

    /// <summary>Akka's messages go where those of the host go.</summary>
    public static AkkaConfigurationBuilder WithLogging(this AkkaConfigurationBuilder akka, LogLevel level) => akka.ConfigureLoggers(loggers =>
    {
        loggers.ClearLoggers();
        loggers.LogLevel = level switch
        {
            LogLevel.Trace or LogLevel.Debug => Akka.Event.LogLevel.DebugLevel,
            LogLevel.Information => Akka.Event.LogLevel.InfoLevel,
            LogLevel.Warning => Akka.Event.LogLevel.WarningLevel,
            _ => Akka.Event.LogLevel.ErrorLevel,
        };
        loggers.AddLoggerFactory();
    });

    /// <summary>What a member with leases is told before <see cref="Config"/>, which has their times.</summary>
    public static Config LeaseConfig(ClusterOptions options) => ConfigurationFactory.ParseString($"""
        akka.cluster.singleton.use-lease = "{SqlLease.ConfigPath}"
        akka.cluster.split-brain-resolver.active-strategy = {(options.Downing == Downing.LeaseMajority ? "lease-majority" : "keep-majority")}
        """);

    private static Config ReadConfig()
    {
        using var stream = typeof(ClusterHosting).Assembly.GetManifestResourceStream(ConfigResource)!;
        using var reader = new StreamReader(stream);
        return ConfigurationFactory.ParseString(reader.ReadToEnd());
    }
}
