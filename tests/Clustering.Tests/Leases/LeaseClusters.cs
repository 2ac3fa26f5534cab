using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ActorStreams.Clustering.Leases;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Cluster;
using Akka.Configuration;
using Akka.Remote;
using Akka.Remote.Transport;
using Npgsql;

namespace ActorStreams.Clustering.Tests.Leases;

/// <summary>Members of clusters in this process, under the shipped settings and times, whose network can be cut.</summary>
internal sealed class LeaseClusters : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly List<ActorSystem> _members = [];
    private readonly NpgsqlDataSource _away = NpgsqlDataSource.Create($"Host=127.0.0.1;Port={UnusedPort()};Username=nobody;Timeout=1");

    /// <summary>Connections to a store that is not there.</summary>
    public NpgsqlDataSource Away => _away;

    public static Config ConfigOf(Downing downing) => ClusterHosting.LeaseConfig(new ClusterOptions { Downing = downing }).WithFallback(ClusterHosting.Config);

    /// <summary>A member that is in no cluster yet.</summary>
    public ActorSystem Start(NpgsqlDataSource source, Downing downing, string hocon = "")
    {
        var config = ConfigurationFactory.ParseString(hocon + "\n" + """
            akka.loglevel = ERROR
            akka.stdout-loglevel = OFF
            akka.actor.provider = cluster
            akka.remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0, applied-adapters = [trttl] }
            akka.cluster.roles = [node]
            """).WithFallback(ConfigOf(downing));
        var system = ActorSystem.Create("lease-cluster", BootstrapSetup.Create().WithConfig(config).And(new SqlLeaseSetup(source, TimeProvider.System)));
        _members.Add(system);
        return system;
    }

    /// <summary>Answers when all of them are one cluster.</summary>
    public static async Task FormAsync(params ActorSystem[] members)
    {
        var first = Akka.Cluster.Cluster.Get(members[0]).SelfAddress;
        foreach (var member in members) await Akka.Cluster.Cluster.Get(member).JoinAsync(first).WaitAsync(s_patience);
        foreach (var member in members) await UntilAsync(() => Members(member) == members.Length, $"{members.Length} members");
    }

    public static int Members(ActorSystem member) => Akka.Cluster.Cluster.Get(member).State.Members.Count(m => m.Status == MemberStatus.Up);

    /// <summary>From now on nothing of what one side sends reaches the other.</summary>
    public static Task CutAsync(ActorSystem[] side, ActorSystem[] otherSide) => BetweenAsync(side, otherSide, Blackhole.Instance);

    /// <summary>The network is whole again.</summary>
    public static Task HealAsync(ActorSystem[] side, ActorSystem[] otherSide) => BetweenAsync(side, otherSide, Unthrottled.Instance);

    public static Task UntilAsync(Func<bool> holds, string what) => UntilAsync(() => Task.FromResult(holds()), what);

    public static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        var watch = Stopwatch.StartNew();
        while (!await holds())
        {
            Assert.True(watch.Elapsed < s_patience, $"There was no {what} within {s_patience.TotalSeconds} s.");
            await Task.Delay(50);
        }
    }

    public static Task EndAsync(params ActorSystem[] members) => Task.WhenAll(members.Select(m => m.WhenTerminated)).WaitAsync(s_patience);

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members) await member.Terminate();
        await _away.DisposeAsync();
    }

    private static async Task BetweenAsync(ActorSystem[] side, ActorSystem[] otherSide, ThrottleMode mode)
    {
        foreach (var one in side)
        {
            foreach (var other in otherSide)
            {
                await SetAsync(one, other, mode);
                await SetAsync(other, one, mode);
            }
        }
    }

    private static Task SetAsync(ActorSystem from, ActorSystem to, ThrottleMode mode) =>
        ((IRemoteActorRefProvider)((ExtendedActorSystem)from).Provider).Transport.ManagementCommand(
            new SetThrottle(Akka.Cluster.Cluster.Get(to).SelfAddress, ThrottleTransportAdapter.Direction.Both, mode));

    private static int UnusedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
