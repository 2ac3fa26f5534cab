using System.Collections.Concurrent;
using System.Globalization;
using ActorStreams.MultiNode.Tests.Processes.Nodes;

namespace ActorStreams.MultiNode.Tests.Processes.Formation;

/// <summary>
/// Asks every node all the time which members it sees up. Two nodes that see members up, and no member in common, are in two clusters.
/// </summary>
internal sealed class ClusterViews : IAsyncDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(150);

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _violations = [];
    private readonly Task _watching;

    public ClusterViews(ProcessCluster cluster) => _watching = WatchAsync(cluster);

    /// <summary>Each moment at which there was more than one cluster, in words.</summary>
    public IReadOnlyCollection<string> Violations => _violations;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
    }

    private async Task WatchAsync(ProcessCluster cluster)
    {
        while (!_stop.IsCancellationRequested)
        {
            var views = (await Task.WhenAll(cluster.Nodes.Select(async n => (n.Name, Up: await AdminPage.MembersAsync(n.AdminEndpoint)))))
                .Where(v => v.Up is { Count: > 0 }).ToArray();
            foreach (var (one, other) in views.SelectMany((one, i) => views.Skip(i + 1).Select(other => (one, other))))
            {
                if (!one.Up!.Overlaps(other.Up!))
                {
                    _violations.Enqueue(string.Create(
                        CultureInfo.InvariantCulture,
                        $"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {one.Name} sees {string.Join(", ", one.Up!)}; {other.Name} sees {string.Join(", ", other.Up!)}"));
                }
            }

            await Task.Delay(s_interval, CancellationToken.None);
        }
    }
}
