using System.Collections.Immutable;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Pipelines.Firehose;
using ActorStreams.Pipelines.Firehose.Spooling;
using ActorStreams.Pipelines.Leases;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Cluster.Tools.Singleton;
using Akka.Configuration;
using Akka.Pattern;
using static ActorStreams.Pipelines.Leases.CoordinatorProtocol;

namespace ActorStreams.Pipelines;

/// <summary>
/// The pipelines of one node: started on an actor system that is a member of a cluster, configured with
/// <see cref="Serialization.PipelineSerialization.Config"/> and the sharding settings of <see cref="Shards.ShardsNode.Config"/>. Consumers drain
/// in the coordinated shutdown's service-stop phase, while the shards they write to are still there.
/// </summary>
public sealed class PipelinesNode : IPipelines, IDeliveries, IDisposable
{
    private const string Coordinator = "pipelines-coordinator";
    private static readonly TimeSpan s_answerTimeout = TimeSpan.FromSeconds(5);

    /// <summary>It searches every shard of the source first, for 10 s at most.</summary>
    private static readonly TimeSpan s_resetTimeout = TimeSpan.FromSeconds(15);

    private readonly IActorRef _coordinator;
    private readonly HttpClient _http;
    private readonly PipelineMetrics _metrics;
    private readonly CancellationTokenSource _stopping = new();

    private PipelinesNode(IActorRef coordinator, HttpClient http, PipelineMetrics metrics)
    {
        _coordinator = coordinator;
        _http = http;
        _metrics = metrics;
    }

    /// <param name="definitions">Of this node's settings; all nodes of a cluster have the same.</param>
    /// <param name="deliveries">Null where this node runs no deliveries.</param>
    /// <param name="role">Only members of this role run consumers and the coordinator, the others ask it there; null for all members.</param>
    public static PipelinesNode Start(
        ActorSystem system, IStreams streams, ImmutableArray<PipelineDefinition> definitions, ConsumerOptions options, TimeProvider time,
        string? role = null, DeliveryServices? deliveries = null)
    {
        var metrics = new PipelineMetrics();
        // A redirect would turn the POST of an alert into a GET, whose answer says nothing about the alert.
        var handler = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), AllowAutoRedirect = false };
        var http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        var self = Akka.Cluster.Cluster.Get(system).SelfUniqueAddress;
        var services = new ConsumerServices(streams, http, time, metrics, options, $"{self.Address}#{self.Uid}") { Deliveries = deliveries };

        if (role is null || Akka.Cluster.Cluster.Get(system).SelfRoles.Contains(role)) Host(system, services, definitions, role);
        var proxy = system.ActorOf(
            ClusterSingletonProxy.Props(
                $"/user/{Coordinator}", ProxySettings(system).WithSingletonName("coordinator").WithRole(role)),
            Coordinator + "-proxy");

        var node = new PipelinesNode(proxy, http, metrics);
        if (deliveries is not null) node.Sweep(deliveries, time);
        return node;
    }

    /// <summary>Runs consumers on this node, and the coordinator where it is the oldest one.</summary>
    private static void Host(ActorSystem system, ConsumerServices services, ImmutableArray<PipelineDefinition> definitions, string? role)
    {
        var sharding = ClusterSharding.Get(system);
        var settings = ClusterShardingSettings.Create(system).WithRole(role);
        var consumers = sharding.Start(
            ConsumerRegion.TypeName, id => ShardConsumerActor.Props(id, services), settings, new ConsumerRegion.Extractor(),
            new ConsumerRegion.Allocation(sharding.DefaultShardAllocationStrategy(settings)), ConsumerProtocol.Drain.Instance);

        var leaving = new CancellationTokenSource();
        var leases = new LeaseServices(services.Streams, consumers, services.Time, services.Metrics, services.Options, leaving.Token);
        var singleton = ClusterSingletonManagerSettings.Create(system).WithSingletonName("coordinator").WithRole(role);
        system.ActorOf(
            ClusterSingletonManager.Props(StartedAgain(CoordinatorActor.Props(definitions, leases)), PoisonPill.Instance, singleton), Coordinator);
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseServiceStop, "drain-consumers", async () =>
        {
            await leaving.CancelAsync();
            await services.Local.DrainAsync();
            return Akka.Done.Instance;
        });
    }

    /// <summary>A recovery or a write that fails stops the coordinator, and a singleton that has stopped is not started again by its manager.</summary>
    private static Props StartedAgain(Props coordinator) => BackoffSupervisor.Props(
        Backoff.OnStop(coordinator, "applications", minBackoff: TimeSpan.FromSeconds(1), maxBackoff: TimeSpan.FromSeconds(5), randomFactor: 0.2, maxNrOfRetries: -1));

    public Task<PipelinesStatus> StatusAsync(CancellationToken cancel) => AskAsync<PipelinesStatus>(GetStatus.Instance, cancel);

    public Task<ApplicationDone> StartAsync(PipelineDefinition definition, CancellationToken cancel) =>
        AskAsync<ApplicationDone>(new StartApplication(definition), cancel);

    public Task<ApplicationDone> StopAsync(string application, CancellationToken cancel) =>
        AskAsync<ApplicationDone>(new StopApplication(application), cancel);

    public Task<OperatorAnswer> PauseAsync(string application, CancellationToken cancel) =>
        AskAsync<OperatorAnswer>(new PauseApplication(application), cancel);

    public Task<OperatorAnswer> ResumeAsync(string application, CancellationToken cancel) =>
        AskAsync<OperatorAnswer>(new ResumeApplication(application), cancel);

    public Task<OperatorAnswer> ReleaseAsync(string application, string shardId, CancellationToken cancel) =>
        ShardIds.TryParse(shardId, out var shard)
            ? AskAsync<OperatorAnswer>(new ReleaseLease(application, shard), cancel)
            : Task.FromResult(new OperatorAnswer(OperatorOutcome.NotFound, $"'{shardId}' is no shard's id; one is shardId- and 12 digits."));

    public Task<OperatorAnswer> ResetAsync(string application, ResetTarget target, CancellationToken cancel) =>
        AskAsync<OperatorAnswer>(new ResetPositions(application, target), cancel, s_resetTimeout);

    public async Task<LeaseVerdict?> WhyAsync(string application, string shardId, CancellationToken cancel)
    {
        var status = (await StatusAsync(cancel)).Applications.FirstOrDefault(a => a.Name == application);
        return status is null ? null : LeaseVerdict.Of(status, shardId);
    }

    Task<DeliveryProtocol.DeliveryReply> IDeliveries.AskAsync(DeliveryProtocol.IDeliveryRequest request, CancellationToken cancel) =>
        AskAsync<DeliveryProtocol.DeliveryReply>(request, cancel);

    Task<DeliveryProtocol.Deliveries> IDeliveries.ListAsync(string region, CancellationToken cancel) =>
        AskAsync<DeliveryProtocol.Deliveries>(new DeliveryProtocol.ListDeliveries(region), cancel);

    /// <summary>Also of what was left here by a life of the node before, whose delivery streams may be gone.</summary>
    private void Sweep(DeliveryServices deliveries, TimeProvider time)
    {
        var sweep = new SpoolSweep(deliveries, cancel => AskAsync<DeliveryProtocol.Deliveries>(new DeliveryProtocol.ListDeliveries(""), cancel), StatusAsync, time);
        var stop = _stopping.Token;
        _ = Task.Run(() => sweep.RunAsync(stop), CancellationToken.None);
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
        _http.Dispose();
        _metrics.Dispose();
    }

    /// <summary>The proxy warns of a coordinator not found for 30 s as soon as it starts and ends; an ask that is not answered says as much.</summary>
    private static ClusterSingletonProxySettings ProxySettings(ActorSystem system) => ClusterSingletonProxySettings.Create(
        ConfigurationFactory.ParseString("log-singleton-identification-failure = off")
            .WithFallback(system.Settings.Config.GetConfig("akka.cluster.singleton-proxy")), considerAppVersion: false);

    private async Task<T> AskAsync<T>(object message, CancellationToken cancel, TimeSpan? timeout = null)
    {
        var patience = timeout ?? s_answerTimeout;
        try
        {
            return await _coordinator.Ask<T>(message, patience, cancel);
        }
        catch (AskTimeoutException e)
        {
            throw new TimeoutException($"The coordinator of the pipelines did not answer within {patience.TotalSeconds} s.", e);
        }
    }
}
