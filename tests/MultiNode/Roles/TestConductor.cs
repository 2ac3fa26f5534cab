using System.Collections.Immutable;
using ActorStreams.MultiNode.Tests.InProcess;
using ActorStreams.MultiNode.Tests.Schedules;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Remote.Transport;

namespace ActorStreams.MultiNode.Tests.Roles;

/// <summary>Disturbs nodes and what is between them, in the words of Akka's.</summary>
public sealed class TestConductor
{
    private readonly MultiNodeConfig _config;
    private readonly InProcessCluster _cluster;
    private readonly Stage _stage;

    internal TestConductor(MultiNodeConfig config, InProcessCluster cluster, Stage stage)
    {
        _config = config;
        _cluster = cluster;
        _stage = stage;
    }

    /// <summary>Npgsql connection string of the store.</summary>
    public string ConnectionString => _cluster.ConnectionString;

    /// <summary>Loses what one node sends to another, what it is sent, or both.</summary>
    public Task Blackhole(Role node, Role target, ThrottleTransportAdapter.Direction direction) => _cluster.CutLinksAsync(Links(node, target, direction), isCut: true);

    public Task PassThrough(Role node, Role target, ThrottleTransportAdapter.Direction direction) => _cluster.CutLinksAsync(Links(node, target, direction), isCut: false);

    /// <summary>Cuts these from all others, both ways.</summary>
    public async Task Isolate(params Role[] side)
    {
        foreach (var node in side)
        {
            foreach (var other in _config.Roles.Except(side)) await Blackhole(node, other, ThrottleTransportAdapter.Direction.Both);
        }
    }

    /// <summary>Ends a node without a word; its part is over.</summary>
    public async Task Exit(Role node)
    {
        _stage.End(node);
        await _cluster.BeginAsync(new Fault.Kill(TimeSpan.Zero, TimeSpan.Zero, Number(node)), CancellationToken.None);
    }

    /// <summary>Lets a node leave as one does that is told to stop; its part is over.</summary>
    public async Task Shutdown(Role node)
    {
        _stage.End(node);
        await _cluster.BeginAsync(new Fault.Leave(TimeSpan.Zero, TimeSpan.Zero, Number(node)), CancellationToken.None);
    }

    public Task StopStore() => _cluster.BeginAsync(new Fault.StopStore(TimeSpan.Zero, TimeSpan.Zero), CancellationToken.None);

    public Task StartStore() => _cluster.EndAsync(new Fault.StopStore(TimeSpan.Zero, TimeSpan.Zero), CancellationToken.None);

    /// <summary>Everything runs and is one cluster again.</summary>
    public async Task Heal()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await _cluster.HealAsync(limit.Token);
    }

    /// <summary>Roles on whose nodes cluster sharding runs this entity.</summary>
    public async Task<ImmutableArray<Role>> HoldersAsync(string type, string entity)
    {
        var holders = ImmutableArray.CreateBuilder<Role>();
        foreach (var role in _config.Roles)
        {
            if (_cluster.Node(Number(role)) is not { IsServing: true } node) continue;
            var region = ClusterSharding.Get(node.System).ShardRegion(type);
            var state = await region.Ask<CurrentShardRegionState>(GetShardRegionState.Instance, TimeSpan.FromSeconds(5));
            if (state.Shards.Any(bucket => bucket.EntityIds.Contains(entity))) holders.Add(role);
        }

        return holders.ToImmutable();
    }

    private int Number(Role role) => _config.Roles.IndexOf(role);

    private IEnumerable<(int From, int To)> Links(Role node, Role target, ThrottleTransportAdapter.Direction direction)
    {
        if (direction is ThrottleTransportAdapter.Direction.Send or ThrottleTransportAdapter.Direction.Both) yield return (Number(node), Number(target));
        if (direction is ThrottleTransportAdapter.Direction.Receive or ThrottleTransportAdapter.Direction.Both) yield return (Number(target), Number(node));
    }
}
