using ActorStreams.Clustering.Formation;
using ActorStreams.Clustering.Members;
using Akka.Actor;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ActorStreams.Clustering;

/// <summary>This process as a member of its cluster, from joining to leaving.</summary>
public sealed class ClusterMembership : IAsyncDisposable
{
    private readonly MemberReports? _reports;

    private ClusterMembership(MemberReports? reports) => _reports = reports;

    /// <summary>Answers when this process is a full member.</summary>
    /// <param name="control">Connections to the store that the members share; null where this process shares it with nobody and forms a cluster by itself.</param>
    /// <param name="changed">Called with what this process waits for or lacks, and with null when it is a member and sees a majority.</param>
    public static async Task<ClusterMembership> JoinAsync(
        ActorSystem system, ClusterOptions options, NpgsqlDataSource? control, TimeProvider time, Action<string?> changed, ILogger log, CancellationToken cancel)
    {
        var cluster = Akka.Cluster.Cluster.Get(system);
        if (control is null)
        {
            await JoinSelfAsync(cluster, cancel).ConfigureAwait(false);
            changed(null);
            return new ClusterMembership(null);
        }

        var table = new MemberTable(control, options.Name);
        var roles = string.Join(' ', cluster.SelfRoles.Order(StringComparer.Ordinal));
        var seeds = options.SeedsOf(cluster.SelfAddress.Protocol);
        var formation = await new ClusterJoin(cluster, seeds, roles, table, time, why => changed(why), log).RunAsync(cancel).ConfigureAwait(false);
        var reports = new MemberReports(
            table, Id(cluster.SelfUniqueAddress), roles, () => cluster.State.Members.Select(m => Id(m.UniqueAddress)).ToHashSet(), formation, Superseded, time, log);
        await reports.StartAsync().ConfigureAwait(false);
        system.ActorOf(Props.Create(() => new MajorityWatch(changed)), "majority");
        Action<string> removed = Superseded;
        system.ActorOf(Props.Create(() => new QuarantineWatch(removed)), "quarantine");
        return new ClusterMembership(reports);

        void Superseded(string why)
        {
            log.LogError("{Why} This process leaves so that only one of them works.", why);
            _ = CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ClusterDowningReason.Instance);
        }
    }

    /// <summary>
    /// Whether the actor system has ended by itself and is to start again: downed, or its cluster superseded. One that a person told to leave has
    /// ended as well, and stays away.
    /// </summary>
    public static bool WasRemoved(ActorSystem system) =>
        system.WhenTerminated.IsCompleted && CoordinatedShutdown.Get(system).ShutdownReason is not CoordinatedShutdown.ClusterLeavingReason;

    private static async Task JoinSelfAsync(Akka.Cluster.Cluster cluster, CancellationToken cancel)
    {
        try
        {
            await cluster.JoinAsync(cluster.SelfAddress, cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (cancel.IsCancellationRequested)
        {
            // Akka tells it as a failure to join.
            throw new OperationCanceledException("Told to stop while joining.", e, cancel);
        }
    }

    /// <summary>Once the actor system has ended.</summary>
    public ValueTask DisposeAsync() => _reports?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static MemberId Id(Akka.Cluster.UniqueAddress address) => new(address.Address.ToString(), address.Uid);
}
