using ActorStreams.Clustering;
using ActorStreams.Clustering.Formation;
using ActorStreams.Clustering.Leases;
using ActorStreams.Hosting;
using ActorStreams.Management;
using ActorStreams.Management.Membership;
using ActorStreams.Shards.Store;
using Akka.Actor;
using Akka.Hosting;
using Npgsql;

namespace ActorStreams.Lighthouse;

/// <summary>A running Lighthouse: admin endpoint, the look at the store, and a member that hosts nothing and does not vote.</summary>
internal sealed class LighthouseHost : IRunningHost
{
    private static readonly TimeSpan s_leavePatience = TimeSpan.FromSeconds(6);

    private readonly LighthouseSettings _settings;
    private readonly ILogger _log;
    private readonly TimeProvider _clock;
    private readonly Readiness _readiness = new(Parts.Store, Parts.Cluster);
    private readonly ManagementServer _management;
    private NpgsqlDataSource? _control;
    private IHost? _akka;
    private ActorSystem? _system;
    private ClusterMembership? _membership;

    private static class Parts
    {
        public const string Store = "store";
        public const string Cluster = "cluster";
    }

    private LighthouseHost(LighthouseSettings settings, ILoggerFactory loggers, TimeProvider clock)
    {
        _settings = settings;
        _clock = clock;
        _log = loggers.CreateLogger("ActorStreams.Lighthouse");
        _management = new ManagementServer(settings.Management, _readiness, [new MembersPage(() => _system)], new LoggedAudit(loggers), loggers, clock);
    }

    /// <summary>Answers when the Lighthouse is a member of its cluster.</summary>
    /// <exception cref="CannotStartException">A port is in use, the store cannot be used.</exception>
    public static async Task<LighthouseHost> StartAsync(LighthouseSettings settings, ILoggerFactory loggers, TimeProvider clock, CancellationToken cancel)
    {
        var lighthouse = new LighthouseHost(settings, loggers, clock);
        try
        {
            await lighthouse.StartPartsAsync(loggers, cancel);
            return lighthouse;
        }
        catch
        {
            await lighthouse.StopAsync();
            await lighthouse.DisposeAsync();
            throw;
        }
    }

    public async Task EndedAsync(CancellationToken stop)
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Register(() => told.TrySetResult());
        await Task.WhenAny(told.Task, _system!.WhenTerminated);
    }

    public async Task<bool> StopAsync()
    {
        var removed = _system is not null && ClusterMembership.WasRemoved(_system);
        foreach (var part in _readiness.Parts.Keys) _readiness.Lost(part, "stopping");
        if (_akka is not null)
        {
            using var limit = new CancellationTokenSource(s_leavePatience);
            await _akka.StopAsync(limit.Token);
        }

        return !removed;
    }

    public async ValueTask DisposeAsync()
    {
        _akka?.Dispose();
        if (_membership is not null) await _membership.DisposeAsync();
        if (_control is not null) await _control.DisposeAsync();
        await _management.DisposeAsync();
    }

    private async Task StartPartsAsync(ILoggerFactory loggers, CancellationToken cancel)
    {
        await Listening.StartAsync(_management.StartAsync, "admin", _settings.Management.Port, "Management:Port", cancel);
        try
        {
            // Creates the tables too: a Lighthouse may be the first to see a new database.
            await using var store = await ShardStore.OpenAsync(_settings.Store, _clock, cancel);
            _control = PostgresConnections.Control(_settings.Store);
        }
        catch (StoreUnavailableException e)
        {
            throw new CannotStartException(e.Message, e);
        }

        _readiness.Reached(Parts.Store);
        _akka = Build(loggers);
        await _akka.StartAsync(cancel);
        _system = _akka.Services.GetRequiredService<ActorSystem>();
        try
        {
            _membership = await ClusterMembership.JoinAsync(
                _system, _settings.Cluster, _control, _clock, lacks => _readiness.Set(Parts.Cluster, lacks), _log, cancel);
        }
        catch (NotAdmittedException e)
        {
            throw new CannotStartException(e.Message, e);
        }

        _log.LogInformation(
            "Member of {Cluster} at {Host}:{Port}, admin port {AdminPort}.", _settings.Cluster.Name, _settings.Cluster.Host, _settings.Cluster.Port, _management.Port);
    }

    private IHost Build(ILoggerFactory loggers)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddAkka(_settings.Cluster.Name, akka => akka
            .WithLogging(_settings.Log.AkkaLevel)
            .WithMembership(_settings.Cluster, ClusterRoles.Lighthouse, new SqlLeaseSetup(_control!, _clock)));
        return builder.Build();
    }
}
