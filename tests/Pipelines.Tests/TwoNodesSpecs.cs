using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Serialization;
using ActorStreams.Pipelines.Tests.Fakes;
using ActorStreams.Shards;
using ActorStreams.Shards.Store;
using Akka.Actor;
using Akka.Configuration;
using static ActorStreams.Pipelines.Consumers.ConsumerProtocol;
using static ActorStreams.Pipelines.Leases.CoordinatorProtocol;
using AkkaCluster = Akka.Cluster.Cluster;

namespace ActorStreams.Pipelines.Tests;

/// <summary>The pipelines of a cluster of two, actor systems of this process over one journal; streams are in memory.</summary>
public sealed class TwoNodesSpecs : IAsyncLifetime
{
    private const int Shards = 8;
    private readonly string _folder = Directory.CreateTempSubdirectory("actorstreams-two-").FullName;
    private readonly FakeStreams _streams = new(TimeProvider.System);
    private readonly List<(ActorSystem System, PipelinesNode Node)> _nodes = [];
    private ShardStore _store = null!;

    public async Task InitializeAsync()
    {
        _store = await ShardStore.OpenAsync(new StoreOptions { DataDirectory = _folder }, TimeProvider.System, CancellationToken.None);
        _streams.Create("source", Shards);
        await JoinAsync();
        await JoinAsync();
    }

    public async Task DisposeAsync()
    {
        foreach (var (system, node) in _nodes)
        {
            await system.Terminate();
            node.Dispose();
        }
        await _store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_released_lease_goes_to_the_other_node_and_stays_off_the_one_it_left()
    {
        var before = await StatusAsync(AllRun);
        var lease = before.Leases[0];

        var answer = await _nodes[1].Node.ReleaseAsync("watch", lease.Shard.ShardId, default);

        Assert.Equal(OperatorOutcome.Done, answer.Outcome);
        var after = await StatusAsync(s => AllRun(s) && s.Leases[0].Consumer!.Placement.Number == 1);
        Assert.NotEqual(lease.Consumer!.Node, after.Leases[0].Consumer!.Node);
        Assert.Equal(lease.Consumer.Epoch + 1, after.Leases[0].Consumer!.Epoch);
        Assert.Equal("Released by a person.", Assert.Single(after.Leases[0].Lease.Causes).What);
        await AlertsAreThereOnceAsync();
    }

    [Fact]
    public async Task What_a_lost_node_worked_is_taken_over_by_the_other()
    {
        await StatusAsync(s => AllRun(s) && s.Leases.Select(l => l.Consumer!.Node).Distinct().Count() == 2);
        var (lost, node) = _nodes[1];
        var address = AkkaCluster.Get(lost).SelfAddress;

        await lost.Terminate();
        node.Dispose();
        _nodes.RemoveAt(1);
        AkkaCluster.Get(_nodes[0].System).Down(address);

        var self = AkkaCluster.Get(_nodes[0].System).SelfUniqueAddress;
        await StatusAsync(s => AllRun(s) && s.Leases.All(l => l.Consumer!.Node == $"{self.Address}#{self.Uid}"));
        await AlertsAreThereOnceAsync();
    }

    private static bool AllRun(ApplicationStatus status) =>
        status.Leases.Length == Shards && status.Leases.All(l => l.Consumer is { Phase: ConsumerPhase.Running, LagMs: 0 });

    private async Task AlertsAreThereOnceAsync()
    {
        string[] keys = [.. Enumerable.Range(0, 40).Select(i => $"key-{i}")];
        for (var i = 0; i < 20; i++) _streams.Put("source", keys.Select(k => (k, A.Reading(10 + (i % 2)))));
        _streams.Put("source", keys.Select(k => (k, A.Reading(100))));

        await StatusAsync(s => s.Counts.Alerts == keys.Length);

        Assert.Equal(keys.Order(), _streams.All("alerts").Select(r => r.Key).Order());
    }

    private async Task JoinAsync()
    {
        var (config, setup) = StoreHosting.ForActorSystem(new StoreOptions { DataDirectory = _folder });
        var settings = ConfigurationFactory.ParseString("""
            akka {
              loglevel = WARNING
              actor.provider = cluster
              remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }
              # A system that is terminated here is a node that is lost: it hands nothing over.
              coordinated-shutdown { run-by-actor-system-terminate = off, terminate-actor-system = off }
              cluster.sharding { coordinator-failure-backoff = 1s, distributed-data.gossip-interval = 200ms }
            }
            """).WithFallback(ShardsNode.Config).WithFallback(PipelineSerialization.Config)
            .WithFallback(ActorStreams.Shards.Serialization.ShardSerialization.Config).WithFallback(config);
        var system = ActorSystem.Create("actorstreams", BootstrapSetup.Create().WithConfig(settings).And(setup));
        await AkkaCluster.Get(system).JoinAsync(AkkaCluster.Get(_nodes.Count == 0 ? system : _nodes[0].System).SelfAddress);
        _nodes.Add((system, PipelinesNode.Start(
            system, _streams, [A.Definition()], A.Options() with { ReadWait = TimeSpan.FromMilliseconds(300) }, TimeProvider.System)));
    }

    private async Task<ApplicationStatus> StatusAsync(Func<ApplicationStatus, bool> condition)
    {
        ApplicationStatus? last = null;
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!timeout.IsCancellationRequested)
        {
            try
            {
                last = (await _nodes[0].Node.StatusAsync(default)).Applications.SingleOrDefault();
            }
            catch (TimeoutException)
            {
                // The coordinator is on its way to another node.
            }
            if (last is not null && condition(last)) return last;
            await Task.Delay(20);
        }
        throw new TimeoutException($"The last status was {last}; {string.Join("; ", last?.Leases.Select(l => l.ToString()) ?? [])}");
    }
}
