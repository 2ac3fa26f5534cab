using System.Collections.Immutable;
using System.Globalization;
using ActorStreams.MultiNode.Tests.Processes.Networks;
using Npgsql;

namespace ActorStreams.MultiNode.Tests.Processes.Formation;

/// <param name="Formations">How often a process was granted the right to form the cluster.</param>
/// <param name="Took">From the start of the last process until all were one ready cluster.</param>
/// <param name="Violations">Why it was not right; none where it was.</param>
internal sealed record FormationSeen(string What, long Formations, TimeSpan Took, ImmutableArray<string> Violations)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{(Violations.IsEmpty ? "ok  " : "FAIL")} {What}: one cluster {Took.TotalSeconds:0.0} s after the last start, {Formations} formation{(Formations == 1 ? "" : "s")}{string.Concat(Violations.Select(v => "\n     " + v))}");
}

/// <summary>First formations, and a seed that comes back where it sees nobody: there is one cluster each time.</summary>
internal static class FormationTrial
{
    private const double DelaySecondsMax = 6;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_alone = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_forgotten = TimeSpan.FromSeconds(12);

    /// <summary>Processes in an order and with delays that the seed decides, on an empty database. With Lighthouses or without.</summary>
    public static async Task<FormationSeen> FirstAsync(int seed)
    {
        var random = new Random(seed);
        var (nodes, lighthouses) = (random.Next(2, 5), random.Next(0, 3));
        await using var cluster = await ProcessCluster.PrepareAsync(nodes, lighthouses: lighthouses);
        var starts = cluster.Members.Select(m => (Member: m, At: TimeSpan.FromSeconds(random.Next(2) == 0 ? 0 : random.NextDouble() * DelaySecondsMax))).ToArray();
        random.Shuffle(starts);
        await using var views = new ClusterViews(cluster);
        await Task.WhenAll(starts.Select(async s =>
        {
            if (s.At > TimeSpan.Zero) await Task.Delay(s.At);
            s.Member.Start();
        }));
        var what = string.Create(CultureInfo.InvariantCulture, $"seed {seed}: {nodes} nodes, {lighthouses} lighthouses, started at {string.Join(", ", starts.Select(s => $"{s.Member.Name} {s.At.TotalSeconds:0.0}"))}");
        return await TogetherAsync(cluster, views, what);
    }

    /// <summary>
    /// A seed is cut off from all other members, but not from the store, and killed; it comes back inside the partition when the store has
    /// long called it dead. It must wait there, and be a member once the partition is over.
    /// </summary>
    public static async Task<FormationSeen> RestartInsidePartitionAsync(int lighthouses)
    {
        await using var cluster = await ProcessCluster.FormAsync(3, lighthouses: lighthouses);
        var alone = lighthouses > 0 ? cluster.Lighthouses[0] : cluster.Nodes[0];
        await using var views = new ClusterViews(cluster);
        foreach (var other in cluster.Members.Where(m => m != alone)) await cluster.Network.CutAsync(alone.Name, other.Name);
        await alone.KillAsync();
        await Task.Delay(s_forgotten);
        alone.Start();
        var wasReady = false;
        var start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) < s_alone)
        {
            wasReady |= await Nodes.AdminPage.IsReadyAsync(alone.AdminEndpoint);
            await Task.Delay(200);
        }

        await cluster.Network.HealAsync();
        var seen = await TogetherAsync(cluster, views, $"{alone.Name} restarted inside a partition, {lighthouses} lighthouses");
        return wasReady ? seen with { Violations = seen.Violations.Add($"{alone.Name} called itself ready inside the partition.") } : seen;
    }

    /// <summary>What the machine lacks for partitions; null where it has it.</summary>
    public static string? MissingForPartitions => NamespaceNetwork.Missing;

    private static async Task<FormationSeen> TogetherAsync(ProcessCluster cluster, ClusterViews views, string what)
    {
        var violations = ImmutableArray.CreateBuilder<string>();
        var start = TimeProvider.System.GetTimestamp();
        try
        {
            await cluster.TogetherAsync(s_patience, CancellationToken.None);
        }
        catch (TimeoutException e)
        {
            violations.Add(e.Message);
        }

        var took = TimeProvider.System.GetElapsedTime(start);
        violations.AddRange(views.Violations);
        // Also one that nobody saw for long: it is counted where it was granted.
        var formations = await FormationsAsync(cluster);
        if (formations != 1) violations.Add(string.Create(CultureInfo.InvariantCulture, $"The right to form the cluster was granted {formations} times."));
        if (violations.Count > 0) violations.Add(cluster.Log);
        return new FormationSeen(string.Join("; ", cluster.Exits.Select(e => e.ToString()).Prepend(what)), formations, took, violations.ToImmutable());
    }

    private static async Task<long> FormationsAsync(ProcessCluster cluster)
    {
        await using var connection = new NpgsqlConnection(cluster.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT number FROM actorstreams_formation", connection);
        return await command.ExecuteScalarAsync() is long number ? number : 0;
    }
}
