using ActorStreams.Clustering;
using ActorStreams.Clustering.Leases;
using ActorStreams.Gateway.Auditing;
using ActorStreams.Gateway.Hosting;
using ActorStreams.MultiNode.Tests.Workloads;
using ActorStreams.Node.Hosting;
using ActorStreams.Pipelines;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Serialization;
using ActorStreams.Shards;
using ActorStreams.Shards.Encryption;
using ActorStreams.Shards.Serialization;
using ActorStreams.Shards.Store;
using Akka.Actor;
using Akka.Configuration;
using Akka.Hosting.Logging;
using Akka.Remote;
using Akka.Remote.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ActorStreams.MultiNode.Tests.InProcess;

/// <summary>
/// One life of a node in this process, from its start to its end: the parts of the executable, put together as it does, with times that are
/// a few times shorter and a transport that can be cut.
/// </summary>
public sealed class NodeLife : IAsyncDisposable
{
    private const string SystemName = "actorstreams";
    private const int TokenKeyBytes = 32;
    private static readonly ClusterOptions s_cluster = new() { Name = SystemName };

    private readonly ILoggerFactory _loggers;
    private readonly DispatcherGate _gate = new();
    private ShardStore? _store;
    private readonly NpgsqlDataSource _control;
    private ClusterMembership? _membership;
    private ShardsNode? _shards;
    private PipelinesNode? _pipelines;
    private WebApplication? _gateway;
    private volatile bool _isServing;
    private int _ended;

    private NodeLife(int port, ILoggerFactory loggers, StoreOptions store)
    {
        _loggers = loggers;
        _control = PostgresConnections.Control(store);
        var (storeConfig, setup) = StoreHosting.ForActorSystem(store);
        var own = ConfigurationFactory.ParseString($$"""
            akka.actor.provider = cluster
            akka.remote.dot-netty.tcp { hostname = 127.0.0.1, port = {{port}}, applied-adapters = ["trttl"] }
            akka.cluster.roles = [{{ClusterRoles.Node}}, {{string.Join(", ", ClusterRoles.Work)}}]
            """);
        var config = _gate.Config.WithFallback(own).WithFallback(ShortTimes.Config).WithFallback(ClusterHosting.LeaseConfig(s_cluster)).WithFallback(ClusterHosting.Config)
            .WithFallback(ShardSerialization.Config).WithFallback(ShardsNode.Config).WithFallback(PipelineSerialization.Config).WithFallback(storeConfig);
        System = ActorSystem.Create(SystemName, BootstrapSetup.Create().WithConfig(config).And(setup)
            .And(new LoggerFactorySetup(loggers)).And(new SqlLeaseSetup(_control, TimeProvider.System)));
    }

    public ActorSystem System { get; }

    public Akka.Cluster.Cluster Cluster => Akka.Cluster.Cluster.Get(System);

    /// <summary>Once the node is started.</summary>
    public ShardsNode Shards => _shards!;

    public IPipelines Pipelines => _pipelines!;

    /// <summary>Clients are served, and its actor system has not ended.</summary>
    public bool IsServing => _isServing && !System.WhenTerminated.IsCompleted;

    /// <summary>What it waits for or lacks to see a majority; null while it sees one.</summary>
    public string? Lacks { get; private set; } = "not joined yet";

    /// <summary>Answers at once; what follows is <see cref="StartAsync"/>.</summary>
    public static NodeLife Create(int port, ILoggerFactory loggers, StoreOptions store) => new(port, loggers, store);

    /// <summary>Joins, starts everything, and answers when clients are served.</summary>
    public async Task StartAsync(int gatewayPort, StoreOptions store, CancellationToken cancel)
    {
        var time = TimeProvider.System;
        _store = await ShardStore.OpenAsync(store, time, cancel);
        var tokenKey = await _store.GetOrCreateSecretAsync("gateway-tokens", TokenKeyBytes, cancel);
        _membership = await ClusterMembership.JoinAsync(
            System, s_cluster, _control, time, lacks => Lacks = lacks, _loggers.CreateLogger("Membership"), cancel);
        _shards = await ShardsNode.StartAsync(System, _store, ShortTimes.Shards, time, cancel, EncryptionKeys.None, ClusterRoles.Shards);
        _pipelines = PipelinesNode.Start(
            System, _shards.Streams, [WatchPipeline.Definition], ShortTimes.Consumers, time, ClusterRoles.Pipelines);
        _gateway = GatewayServer.Build(
            new GatewayOptions { Port = gatewayPort }, tokenKey, _shards.Streams, _shards.Keys, NoControlAudit.Instance, deliveries: null, _loggers, time);
        await _gateway.StartAsync(cancel);
        _isServing = true;
    }

    /// <summary>All its actors stand still until <see cref="Resume"/>.</summary>
    public void Pause() => _gate.Close();

    public void Resume() => _gate.Open();

    /// <summary>What is sent to the address from now on passes at this mode.</summary>
    public async Task SetSendingAsync(Address to, ThrottleMode mode)
    {
        // What came in anew while only one direction was set waits to be told its mode, so healing speaks of both.
        var direction = mode is Unthrottled ? ThrottleTransportAdapter.Direction.Both : ThrottleTransportAdapter.Direction.Send;
        var transport = ((IRemoteActorRefProvider)((ExtendedActorSystem)System).Provider).Transport;
        var told = transport.ManagementCommand(new SetThrottle(to, direction, mode));
        // It holds once it is told; the answer waits for connections that may have ended, and an ending system does not answer.
        await Task.WhenAny(told, Task.Delay(TimeSpan.FromMilliseconds(300)));
        _ = told.ContinueWith(t => t.Exception, TaskScheduler.Default);
    }

    /// <summary>Ends as a killed process does: nothing is drained, nobody is told. Answers when its port is free again.</summary>
    public async Task KillAsync()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0) return;
        // Reports that it is alive end with this.
        await _control.DisposeAsync();
        var http = StopGatewayAsync(TimeSpan.Zero);
        _gate.Open();
        await System.Terminate();
        await http;
        await DisposePartsAsync();
    }

    /// <summary>Ends as an executable does that is told to: HTTP first, then drain, leave, close.</summary>
    public async Task LeaveAsync()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0) return;
        await StopGatewayAsync(TimeSpan.FromSeconds(1));
        await CoordinatedShutdown.Get(System).Run(CoordinatedShutdown.ClrExitReason.Instance);
        await System.WhenTerminated;
        if (_membership is not null) await _membership.DisposeAsync();
        await DisposePartsAsync();
        await _control.DisposeAsync();
    }

    /// <summary>After its actor system has ended by itself: the process would end now.</summary>
    public async Task CloseAsync()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0) return;
        await StopGatewayAsync(TimeSpan.Zero);
        if (_membership is not null) await _membership.DisposeAsync();
        await DisposePartsAsync();
        await _control.DisposeAsync();
    }

    public ValueTask DisposeAsync() => new(KillAsync());

    private async Task StopGatewayAsync(TimeSpan patience)
    {
        if (_gateway is null) return;
        using var limit = new CancellationTokenSource(patience);
        try
        {
            await _gateway.Services.GetRequiredService<IServer>().StopAsync(limit.Token);
            await _gateway.DisposeAsync();
        }
        catch (OperationCanceledException)
        {
            // Its clients have lost their connections, as they should.
        }
    }

    private async Task DisposePartsAsync()
    {
        _pipelines?.Dispose();
        if (_shards is not null) await _shards.DisposeAsync();
        if (_store is not null) await _store.DisposeAsync();
        _gate.Dispose();
        _loggers.Dispose();
    }
}
