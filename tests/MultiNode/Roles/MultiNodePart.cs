using System.Runtime.ExceptionServices;
using ActorStreams.MultiNode.Tests.InProcess;
using ActorStreams.Pipelines;
using ActorStreams.Shards.Client;
using Akka.Actor;

namespace ActorStreams.MultiNode.Tests.Roles;

/// <summary>What the body of a play sees of the node that it is run beside.</summary>
public sealed class MultiNodePart
{
    private static readonly TimeSpan s_within = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(50);
    private readonly InProcessCluster _cluster;
    private readonly MultiNodeConfig _config;
    private readonly Stage _stage;

    internal MultiNodePart(Role myself, MultiNodeConfig config, InProcessCluster cluster, Stage stage)
    {
        Myself = myself;
        _config = config;
        _cluster = cluster;
        _stage = stage;
        TestConductor = new TestConductor(config, cluster, stage);
    }

    public Role Myself { get; }

    public TestConductor TestConductor { get; }

    public ActorSystem Sys => Life.System;

    public Akka.Cluster.Cluster Cluster => Life.Cluster;

    /// <summary>What its node waits for or lacks to see a majority; null while it sees one.</summary>
    public string? Lacks => Life.Lacks;

    public IStreams Streams => Serving.Shards.Streams;

    public IPipelines Pipelines => Serving.Pipelines;

    /// <summary>Where AWS clients find this node.</summary>
    public Uri Endpoint => _cluster.Endpoints[_config.Roles.IndexOf(Myself)];

    /// <summary>The role whose node has this address.</summary>
    public Role RoleAt(Address address) => _config.Roles[_cluster.NumberAt(address)];

    // A part whose node is just started again by its supervisor is not over: what it has still to assert must not be left out.
    private NodeLife Life => _cluster.Node(_config.Roles.IndexOf(Myself))
        ?? throw (_stage.IsPlaying(Myself) ? new InvalidOperationException($"The node of {Myself} is between two lives.") : new RoleEndedException());

    private NodeLife Serving => Life is { IsServing: true } life ? life : throw new InvalidOperationException($"The node of {Myself} does not serve.");

    public Task RunOn(Func<Task> body, params ReadOnlySpan<Role> roles) => roles.Contains(Myself) ? body() : Task.CompletedTask;

    public Task EnterBarrier(string name) => _stage.EnterAsync(name, Myself);

    /// <summary>Asks again until the assertion holds, and throws what it last threw when it did not in time.</summary>
    public static async Task AwaitAssert(Func<Task> assertion, TimeSpan? within = null)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await assertion();
                return;
            }
            catch (Exception e) when (e is not RoleEndedException)
            {
                if (TimeProvider.System.GetElapsedTime(start) > (within ?? s_within)) ExceptionDispatchInfo.Throw(e);
            }

            await Task.Delay(s_interval);
        }
    }
}
