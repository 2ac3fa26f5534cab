using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using ActorStreams.MultiNode.Tests.Processes.Nodes;
using ActorStreams.MultiNode.Tests.Processes.Times;
using ActorStreams.TestKit;

namespace ActorStreams.MultiNode.Tests.Processes.Splits;

/// <param name="NotReady">After the cut, when a node's <c>/ready</c> failed for want of a majority; null where it did not.</param>
/// <param name="LastAcknowledgement">After the cut, when the last put was acknowledged by it; null where none was.</param>
/// <param name="Ended">After the cut, when its process ended by itself.</param>
internal sealed record MinorityNode(string Name, TimeSpan? NotReady, TimeSpan? LastAcknowledgement, TimeSpan? Ended, int? ExitCode);

/// <summary>Watches nodes that are about to be cut off from the majority: their health, what they acknowledge, and their end.</summary>
internal sealed class MinorityWatch(ProcessCluster cluster, IReadOnlyList<int> minority, IReadOnlyList<ShardProbe> probes)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(50);
    private readonly ConcurrentDictionary<int, DateTimeOffset> _notReady = [];
    private readonly TimeProvider _time = TimeProvider.System;

    /// <summary>Watches until every node of the minority has ended or the time is over.</summary>
    /// <param name="cut">Completes when the cut was made, with its time.</param>
    public async Task<IReadOnlyList<MinorityNode>> WatchAsync(Task<DateTimeOffset> cut, TimeSpan patience)
    {
        using var stop = new CancellationTokenSource();
        var lives = minority.ToDictionary(n => n, n => cluster.Nodes[n].Exits.Length);
        var clients = minority.ToDictionary(n => n, n => new KinesisHttp(cluster.Nodes[n].Endpoint));
        // Each node of the minority is asked for every shard, wherever it lives.
        var asking = minority.ToDictionary(n => n, n => probes.Select(p => p.Again()).ToArray());
        var running = minority.SelectMany(n => asking[n].Select(p => p.RunAsync([clients[n]], stop.Token))).ToArray();
        var at = await cut;
        var health = minority.Select(n => WatchHealthAsync(n, stop.Token)).ToArray();
        while (_time.GetUtcNow() - at < patience && minority.Any(n => cluster.Nodes[n].Exits.Length == lives[n])) await Task.Delay(s_interval, _time);
        await stop.CancelAsync();
        await Task.WhenAll([.. running, .. health]);
        foreach (var client in clients.Values) client.Dispose();
        return [.. minority.Select(n => Seen(n, at, asking[n], cluster.Nodes[n].Exits.Skip(lives[n]).FirstOrDefault()))];
    }

    private MinorityNode Seen(int node, DateTimeOffset at, IEnumerable<ShardProbe> probes, NodeExit? exit)
    {
        var acknowledged = probes.SelectMany(p => p.Acknowledged).Where(a => a > at).DefaultIfEmpty().Max();
        return new MinorityNode(
            cluster.Nodes[node].Name,
            _notReady.TryGetValue(node, out var notReady) ? notReady - at : null,
            acknowledged == default ? null : acknowledged - at,
            exit?.At - at,
            exit?.Code);
    }

    private async Task WatchHealthAsync(int node, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (await AdminPage.GetAsync(cluster.Nodes[node].AdminEndpoint, "ready") is (503, var body) && JsonNode.Parse(body)!["parts"]!["cluster"] is not null)
            {
                _notReady[node] = _time.GetUtcNow();
                return;
            }

            await Task.Delay(s_interval, _time, CancellationToken.None);
        }
    }
}
