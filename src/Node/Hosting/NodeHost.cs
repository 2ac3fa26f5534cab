using System.Data.Common;
using System.Net;
using ActorStreams.Clustering;
using ActorStreams.Clustering.Formation;
using ActorStreams.Clustering.Leases;
using ActorStreams.Gateway.Hosting;
using ActorStreams.Hosting;
using ActorStreams.Management;
using ActorStreams.Management.Inspection;
using ActorStreams.Management.Membership;
using ActorStreams.Node.Auditing;
using ActorStreams.Node.Firehose;
using ActorStreams.Node.Settings;
using ActorStreams.Pipelines;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Firehose;
using ActorStreams.Pipelines.Firehose.Loading;
using ActorStreams.Pipelines.Firehose.Redriving;
using ActorStreams.Shards;
using ActorStreams.Shards.Encryption;
using ActorStreams.Shards.Store;
using ActorStreams.Shards.Streams;
using Akka.Actor;
using Npgsql;

namespace ActorStreams.Node.Hosting;

/// <summary>
/// A running node, the composition of all its parts: admin endpoint, data folder, store, actor system and cluster, shards,
/// pipelines, gateway, started in this order and stopped in the opposite one.
/// </summary>
internal sealed class NodeHost : IRunningHost
{
    private const string TokenKeyName = "gateway-tokens";
    private const int TokenKeyBytes = 32;

    // Together below the ten seconds that a ctrl-C may take.
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan HttpStopPatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ConsumerDrainPatience = TimeSpan.FromSeconds(2.5);
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(6);

    private readonly NodeSettings _settings;
    private readonly ILogger _log;
    private readonly TimeProvider _clock;
    private readonly AuditLog _audit;
    private readonly ManagementServer _management;
    private readonly ClusterMetrics _clusterMetrics;
    private readonly Readiness _readiness = new(Parts.Store, Parts.Cluster, Parts.Shards, Parts.Pipelines, Parts.Gateway);
    private readonly DeliveryServices _deliveries;
    private readonly Redriver _redriver;
    private bool _announced;
    private DataDirectoryLock? _dataLock;
    private ShardStore? _store;
    private readonly TaskCompletionSource<string> _storeGone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private StoreWatch? _watch;
    private NpgsqlDataSource? _control;
    private IHost? _akka;
    private ActorSystem? _system;
    private ClusterMembership? _membership;
    private ShardsNode? _shards;
    private PipelinesNode? _pipelines;
    private WebApplication? _gateway;

    private static class Parts
    {
        public const string Store = "store";
        public const string Cluster = "cluster";
        public const string Shards = "shards";
        public const string Pipelines = "pipelines";
        public const string Gateway = "gateway";
    }

    private NodeHost(NodeSettings settings, ILoggerFactory loggers, TimeProvider clock)
    {
        _settings = settings;
        _clock = clock;
        _log = loggers.CreateLogger("ActorStreams.Node");
        _audit = new AuditLog(settings.Audit, loggers);
        _deliveries = new DeliveryServices(SpoolFolder, new DeliveryPlanReader(settings.Firehose, clock, () => _shards?.Streams).Read)
        {
            LoadMemory = new MemoryGate(settings.Firehose.LoadMemoryMiB << 20),
            Log = loggers.CreateLogger("ActorStreams.Deliveries"),
        };
        _redriver = new Redriver(_deliveries, clock);
        IManagementPage[] pages =
        [
            new MembersPage(() => _system), new ShardingPage(() => _system),
            new StreamsPage(() => _shards?.Streams, () => _store, clock), new StreamChangesPage(() => _shards?.Streams), new RecordsPage(() => _shards?.Streams),
            new VerifyPage(() => _shards?.Streams, () => _store, () => _shards?.Keys, clock),
            new PipelinesPage(() => _pipelines), new DeliveriesPage(() => _pipelines, () => _pipelines, _redriver),
        ];
        _clusterMetrics = new ClusterMetrics(() => _system, _readiness);
        _management = new ManagementServer(settings.Management, _readiness, pages, _audit, loggers, clock, settings.Telemetry);
    }

    /// <summary>Where AWS clients find this node.</summary>
    public Uri Endpoint => _gateway!.Services.GatewayAddress();

    /// <summary>The same from this machine, also where it listens on every network.</summary>
    private Uri LoopbackEndpoint => IPAddress.TryParse(Endpoint.Host.Trim('[', ']'), out var address) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
        ? new Uri($"http://127.0.0.1:{Endpoint.Port}/")
        : Endpoint;

    public Uri AdminEndpoint => new($"http://127.0.0.1:{_management.Port}/");

    /// <summary>Answers when the node is ready.</summary>
    /// <exception cref="CannotStartException">A port is in use, the data folder is taken, the store cannot be used.</exception>
    public static async Task<NodeHost> StartAsync(NodeSettings settings, ILoggerFactory loggers, TimeProvider clock, CancellationToken cancel)
    {
        var start = clock.GetTimestamp();
        var node = new NodeHost(settings, loggers, clock);
        try
        {
            await node.StartPartsAsync(loggers, cancel);
        }
        catch
        {
            await node.StopAsync();
            await node.DisposeAsync();
            throw;
        }

        node.Announce(clock.GetElapsedTime(start));
        return node;
    }

    public async Task EndedAsync(CancellationToken stop)
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Register(() => told.TrySetResult());
        await Task.WhenAny(told.Task, _storeGone.Task, _akka!.Services.GetRequiredService<ActorSystem>().WhenTerminated);
        // Nothing is drained: what would still be acknowledged would be lost.
        if (_storeGone.Task.IsCompleted) throw new CannotGoOnException(await _storeGone.Task + " This process ends, for what it acknowledged from now on would be lost.");
    }

    /// <summary>
    /// Ends HTTP, lets pipelines and shards drain, leaves the cluster. False when this node was removed from its cluster before.
    /// </summary>
    public async Task<bool> StopAsync()
    {
        var start = _clock.GetTimestamp();
        var removed = _akka is not null && ClusterMembership.WasRemoved(_akka.Services.GetRequiredService<ActorSystem>());
        foreach (var part in _readiness.Parts.Keys) _readiness.Lost(part, "stopping");
        if (_gateway is not null) await GatewayServer.StopAsync(_gateway, HttpStopPatience);
        if (_akka is not null)
        {
            using var limit = new CancellationTokenSource(DrainPatience);
            await _akka.StopAsync(limit.Token);
        }

        if (_announced) _log.LogInformation("Stopped in {ElapsedMs} ms.", (long)_clock.GetElapsedTime(start).TotalMilliseconds);
        return !removed;
    }

    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null) await _gateway.DisposeAsync();
        _pipelines?.Dispose();
        if (_shards is not null) await _shards.DisposeAsync();
        _akka?.Dispose();
        if (_membership is not null) await _membership.DisposeAsync();
        if (_control is not null) await _control.DisposeAsync();
        if (_watch is not null) await _watch.DisposeAsync();
        if (_store is not null) await _store.DisposeAsync();
        _dataLock?.Dispose();
        _clusterMetrics.Dispose();
        await _management.DisposeAsync();
    }

    private async Task StartPartsAsync(ILoggerFactory loggers, CancellationToken cancel)
    {
        // Known at once, not after the cluster has formed.
        ProbeAudit(_settings.Audit);
        if (_settings.Cluster.Has(ClusterRoles.Gateway)) ProbeGatewayPorts(_settings.Gateway);
        await Listening.StartAsync(_management.StartAsync, "admin", _settings.Management.Port, "--admin-port", cancel);
        var tokenKey = await OpenStoreAsync(cancel);
        _readiness.Reached(Parts.Store);
        _watch = new StoreWatch(_store!, _clock, OnStoreChanged, why => _storeGone.TrySetResult(why));
        _watch.Start();

        _akka = AkkaHost.Build(_settings, _control is null ? null : new SqlLeaseSetup(_control, _clock), loggers);
        await _akka.StartAsync(cancel);
        var system = _system = _akka.Services.GetRequiredService<ActorSystem>();
        _membership = await JoinAsync(system, cancel);

        _shards = await StartShardsAsync(system, cancel);
        _readiness.Reached(Parts.Shards);

        _pipelines = PipelinesNode.Start(
            system, _shards.Streams, _settings.Pipelines, new ConsumerOptions { DrainTimeout = ConsumerDrainPatience }, _clock, ClusterRoles.Pipelines,
            _deliveries);
        await AnswersAsync(_pipelines, cancel);
        _readiness.Reached(Parts.Pipelines);

        if (_settings.Cluster.Has(ClusterRoles.Gateway)) await StartGatewayAsync(tokenKey, _shards, _pipelines, loggers, cancel);
        _readiness.Reached(Parts.Gateway);
    }

    private string SpoolFolder => _settings.Firehose.SpoolFolder ?? Path.GetFullPath(Path.Combine(_settings.Store.DataDirectory, "firehose-spool"));

    private static void ProbeAudit(AuditOptions audit)
    {
        try
        {
            AuditLog.Probe(audit);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CannotStartException($"Audit:File {audit.File} can't be written to: {e.Message}", e);
        }
    }

    private static void ProbeGatewayPorts(GatewayOptions gateway)
    {
        var address = gateway.RequiresLoopback ? IPAddress.Loopback : gateway.BindAddress is { } bind ? IPAddress.Parse(bind) : IPAddress.Any;
        Listening.Probe(address, "gateway", gateway.Port, "--port");
        if (gateway.TlsPort is { } tlsPort) Listening.Probe(address, "gateway", tlsPort, "Gateway:TlsPort");
    }

    private async Task<ClusterMembership> JoinAsync(ActorSystem system, CancellationToken cancel)
    {
        try
        {
            return await ClusterMembership.JoinAsync(
                system, _settings.Cluster, _control, _clock, lacks => _readiness.Set(Parts.Cluster, lacks), _log, cancel);
        }
        catch (NotAdmittedException e)
        {
            throw new CannotStartException(e.Message, e);
        }
    }

    private void OnStoreChanged(string? lost)
    {
        if (lost is null) _log.LogInformation("The store is back.");
        else if (_readiness.Parts[Parts.Store] is null) _log.LogError("The store is lost: {Why}", lost);
        _readiness.Set(Parts.Store, lost);
    }

    private async Task StartGatewayAsync(
        byte[] tokenKey, ShardsNode shards, PipelinesNode pipelines, ILoggerFactory loggers, CancellationToken cancel)
    {
        // The disk of a database is another machine's to watch.
        var disk = new DiskWatermark(
            () => _settings.Store.UsesPostgres ? null : DiskWatermark.FreeBytes(_settings.Store.DataDirectory), _settings.Firehose.DiskFreeMinMiB * 1024L * 1024, _clock, _log);
        var deliveries = new DeliveryStreams(pipelines, shards.Streams, new DeliveryPlanReader(_settings.Firehose, _clock, () => shards.Streams), disk, _clock);
        _gateway = GatewayServer.Build(_settings.Gateway, tokenKey, shards.Streams, shards.Keys, _audit, deliveries, loggers, _clock);
        await Listening.StartAsync(_gateway.StartAsync, "gateway", _settings.Gateway.Port, "--port", cancel);
        await WarmUp.RunAsync(LoopbackEndpoint, _settings.Gateway, shards.Streams, _clock, cancel);
    }

    /// <summary>On a machine that is busy with something else the coordinator may take longer than one answer may; it is asked again.</summary>
    /// <exception cref="CannotStartException">It does not answer at all.</exception>
    private async Task AnswersAsync(PipelinesNode pipelines, CancellationToken cancel)
    {
        var since = _clock.GetTimestamp();
        while (true)
        {
            try
            {
                await pipelines.StatusAsync(cancel);
                return;
            }
            catch (TimeoutException e)
            {
                if (_clock.GetElapsedTime(since) > StartPatience) throw new CannotStartException(e.Message, e);
            }
        }
    }

    private async Task<ShardsNode> StartShardsAsync(ActorSystem system, CancellationToken cancel)
    {
        try
        {
            return await ShardsNode.StartAsync(system, _store!, _settings.Shards, _clock, cancel, LoadKeys(), ClusterRoles.Shards, _watch);
        }
        catch (Exception e) when (e is StoreUnavailableException or DbException or AskTimeoutException)
        {
            throw new CannotStartException($"The store is there, but what it holds cannot be worked with: {e.Message}", e);
        }
    }

    // Read when the settings were checked, and again here: a file may have gone in between.
    private EncryptionKeys LoadKeys()
    {
        try
        {
            return EncryptionKeys.Load(_settings.Encryption);
        }
        catch (ArgumentException e)
        {
            throw new CannotStartException($"The encryption keys can't be read any more: {e.Message}", e);
        }
    }

    private async Task<byte[]> OpenStoreAsync(CancellationToken cancel)
    {
        try
        {
            if (!_settings.Store.UsesPostgres) _dataLock = DataDirectoryLock.Acquire(_settings.Store.DataDirectory);
            _store = await ShardStore.OpenAsync(_settings.Store, _clock, cancel);
            if (_settings.Store.UsesPostgres) _control = PostgresConnections.Control(_settings.Store);
            return await _store.GetOrCreateSecretAsync(TokenKeyName, TokenKeyBytes, cancel);
        }
        catch (StoreUnavailableException e)
        {
            throw new CannotStartException(e.Message, e);
        }
    }

    private void Announce(TimeSpan took)
    {
        _announced = true;
        if (_gateway is null)
        {
            _log.LogInformation("Ready in {ElapsedMs} ms as {Roles}: admin at {AdminEndpoint}.",
                (long)took.TotalMilliseconds, string.Join(", ", _settings.Cluster.Roles), AdminEndpoint);
            return;
        }

        _log.LogInformation(
            "Ready in {ElapsedMs} ms: AWS clients at {Endpoint}, admin at {AdminEndpoint}, store {Store}.",
            (long)took.TotalMilliseconds, Endpoint, AdminEndpoint,
            _settings.Store.UsesPostgres ? "PostgreSQL" : Path.GetFullPath(_settings.Store.DataDirectory));
        if (_gateway.Services.GatewayTlsAddress() is { } tls) _log.LogInformation("TLS for AWS clients at {TlsEndpoint}.", tls);
        if (_settings.Gateway.RequiresLoopback)
        {
            _log.LogWarning(
                "No access keys are configured: this node listens on this machine only and takes any well-formed signature. "
                + "Set ActorStreams:Gateway:AccessKeys to let others in.");
        }
    }
}
