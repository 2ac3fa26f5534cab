using ActorStreams.MultiNode.Tests.Schedules;

namespace ActorStreams.MultiNode.Tests.Runs;

/// <summary>Some nodes over one store of their own, whatever they are made of, and ways to disturb them. It is also their supervisor: a node that ends by itself is started again.</summary>
public interface ICluster : IAsyncDisposable
{
    /// <summary>Where clients find each node, in order of number; the same over restarts.</summary>
    IReadOnlyList<Uri> Endpoints { get; }

    /// <summary>Npgsql connection string of the store, as the checker reaches it.</summary>
    string ConnectionString { get; }

    /// <summary>Begins a fault of a node, link or store; those of streams come to the endpoints. Answers when it has begun.</summary>
    Task BeginAsync(Fault fault, CancellationToken cancel);

    /// <summary>Ends it.</summary>
    Task EndAsync(Fault fault, CancellationToken cancel);

    /// <summary>Whatever was done: every node runs, hears every other and is a member of one cluster. Throws <see cref="TimeoutException"/> where that does not come to be.</summary>
    Task HealAsync(CancellationToken cancel);

    /// <summary>What the nodes counted so far, ended ones included as far as that is known.</summary>
    Task<ClusterCounts> CountsAsync();

    /// <summary>What nodes have logged; printed where a run failed.</summary>
    string Log { get; }
}

/// <param name="LostWrites">Writes of a row that another owner had written first: attempts that were fenced.</param>
/// <param name="FailedWrites">Writes that the store did not confirm.</param>
/// <param name="Restarts">Nodes that ended by themselves and were started again.</param>
public sealed record ClusterCounts(long LostWrites, long FailedWrites, int Restarts);
