using System.Diagnostics.Metrics;
using ActorStreams.MultiNode.Tests.Runs;
using ActorStreams.MultiNode.Tests.Schedules;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Store;
using ActorStreams.TestKit;
using Akka.Actor;
using Akka.Remote.Transport;
using Npgsql;

namespace ActorStreams.MultiNode.Tests.InProcess;

/// <summary>
/// Several actor systems in this process, with real remoting between them, over a database of their own. Links are cut and slowed where they are
/// sent from; the store and the clients are on no link.
/// </summary>
public sealed class InProcessCluster : ICluster
{
    private static readonly Lazy<Task<PostgresServer>> s_server = new(() => PostgresServer.StartAsync());

    private static readonly Fault s_specsCut = new Fault.Cut(TimeSpan.Zero, TimeSpan.Zero, [], CutDirection.Both);

    private readonly PostgresServer _server;
    private readonly MemoryLog _log = new(TimeProvider.System);
    private readonly NodeSlot[] _nodes;
    private readonly Dictionary<(int From, int To), List<Fault>> _links = [];
    private readonly SemaphoreSlim _linksLock = new(1, 1);
    private readonly SemaphoreSlim _storeLock = new(1, 1);
    private readonly MeterListener _meters = new();
    private int _storeStops;
    private long _lostWrites;
    private long _failedWrites;

    private InProcessCluster(int nodes, PostgresServer server, string connectionString)
    {
        _server = server;
        ConnectionString = connectionString;
        var ports = FreePorts.Take(2 * nodes);
        _nodes = [.. Enumerable.Range(0, nodes).Select(n => new NodeSlot(n, ports[2 * n], ports[2 * n + 1], connectionString, _log, OnStartedAsync))];
        Count();
    }

    public IReadOnlyList<Uri> Endpoints => [.. _nodes.Select(n => n.Endpoint)];

    public string ConnectionString { get; }

    public string Log => _log.ToString();

    /// <summary>Starts all nodes at once and answers when they are one cluster.</summary>
    public static async Task<InProcessCluster> StartAsync(int nodes)
    {
        var server = await s_server.Value;
        var cluster = new InProcessCluster(nodes, server, await server.CreateDatabaseAsync());
        try
        {
            await Task.WhenAll(cluster._nodes.Select(n => n.StartAsync()));
            // The first of a process is compiled on the way, on a machine that may be busy.
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
            await cluster.HealAsync(limit.Token);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>The present life of a node; null while there is none.</summary>
    public NodeLife? Node(int number) => _nodes[number].Life;

    public int NumberAt(Address address) => Array.FindIndex(_nodes, n => n.Address.Port == address.Port);

    public async Task BeginAsync(Fault fault, CancellationToken cancel)
    {
        _log.Add($"---- begin {fault}");
        switch (fault)
        {
            case Fault.Kill kill:
                // Nothing that its actors say while they are stopped is heard.
                if (_nodes[kill.Node].Life is { } life) await Task.WhenAll(_nodes.Where(n => n.Number != kill.Node).Select(n => life.SetSendingAsync(n.Address, Blackhole.Instance)));
                await _nodes[kill.Node].KillAsync();
                break;
            case Fault.Leave leave:
                await _nodes[leave.Node].LeaveAsync();
                break;
            case Fault.Pause pause:
                _nodes[pause.Node].Life?.Pause();
                break;
            case Fault.Cut or Fault.Slow:
                await ChangeLinksAsync(fault, list => list.Add(fault));
                break;
            case Fault.ResetConnections:
                await ResetConnectionsAsync(cancel);
                break;
            case Fault.StopStore:
                await ChangeStoreAsync(+1);
                break;
        }
    }

    public async Task EndAsync(Fault fault, CancellationToken cancel)
    {
        _log.Add($"---- end {fault}");
        switch (fault)
        {
            case Fault.Kill { Node: var node }:
                await _nodes[node].StartAsync();
                break;
            case Fault.Leave { Node: var node }:
                await _nodes[node].StartAsync();
                break;
            case Fault.Pause pause:
                _nodes[pause.Node].Life?.Resume();
                break;
            case Fault.Cut or Fault.Slow:
                await ChangeLinksAsync(fault, list => list.Remove(fault));
                break;
            case Fault.StopStore:
                await ChangeStoreAsync(-1);
                break;
        }
    }

    public async Task HealAsync(CancellationToken cancel)
    {
        _log.Add("---- heal");
        foreach (var link in _links.Values) link.Clear();
        foreach (var node in _nodes)
        {
            node.Life?.Resume();
            await OnStartedAsync(node);
        }

        // Not before: a node that starts joins the others over these links.
        await Task.WhenAll(_nodes.Select(node => node.StartAsync()));

        while (Disunity() is { } why)
        {
            if (cancel.IsCancellationRequested) throw new TimeoutException($"The nodes did not become one cluster: {why}");
            await Task.Delay(20, CancellationToken.None);
        }
    }

    public Task<ClusterCounts> CountsAsync() =>
        Task.FromResult(new ClusterCounts(Interlocked.Read(ref _lostWrites), Interlocked.Read(ref _failedWrites), _nodes.Sum(n => n.Restarts)));

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_nodes.Select(n => n.EndAsync()));
        // The next cluster of this process has the same server.
        if (_storeStops > 0) await ChangeStoreAsync(-_storeStops);
        _meters.Dispose();
        NpgsqlConnection.ClearAllPools();
        await using var source = NpgsqlDataSource.Create(_server.ConnectionString("postgres"));
        await using var drop = source.CreateCommand($"DROP DATABASE {new NpgsqlConnectionStringBuilder(ConnectionString).Database} WITH (FORCE)");
        await drop.ExecuteNonQueryAsync();
    }

    /// <summary>Loses what these nodes send to those, until it is told otherwise or healed; for specs.</summary>
    public Task CutLinksAsync(IEnumerable<(int From, int To)> links, bool isCut) => ChangeLinksAsync(links, faults =>
    {
        if (isCut) faults.Add(s_specsCut);
        else faults.RemoveAll(f => f == s_specsCut);
    });

    private Task ChangeLinksAsync(Fault fault, Action<List<Fault>> change) => ChangeLinksAsync(LinksOf(fault), change);

    private async Task ChangeLinksAsync(IEnumerable<(int From, int To)> links, Action<List<Fault>> change)
    {
        await _linksLock.WaitAsync();
        try
        {
            foreach (var link in links)
            {
                if (!_links.TryGetValue(link, out var faults)) _links[link] = faults = [];
                change(faults);
                if (_nodes[link.From].Life is { } life) await ApplyAsync(life, link);
            }
        }
        finally
        {
            _linksLock.Release();
        }
    }

    private IEnumerable<(int From, int To)> LinksOf(Fault fault)
    {
        var all = Enumerable.Range(0, _nodes.Length).ToArray();
        return fault switch
        {
            Fault.Cut cut => cut.Side.SelectMany(side => all.Except(cut.Side).SelectMany(other => cut.Direction switch
            {
                CutDirection.Outbound => [(side, other)],
                CutDirection.Inbound => [(other, side)],
                _ => new[] { (side, other), (other, side) },
            })),
            Fault.Slow slow => all.Where(n => n != slow.Node).Select(other => (slow.Node, other)),
            _ => [],
        };
    }

    private Task ApplyAsync(NodeLife life, (int From, int To) link)
    {
        var faults = _links.GetValueOrDefault(link, []);
        ThrottleMode mode = faults.Any(f => f is Fault.Cut) ? Blackhole.Instance
            : faults.OfType<Fault.Slow>().FirstOrDefault() is { } slow ? new TokenBucket(slow.BytesPerSecond, slow.BytesPerSecond, 0, 0)
            : Unthrottled.Instance;
        return life.SetSendingAsync(_nodes[link.To].Address, mode);
    }

    /// <summary>A new life has a new transport, which knows of no faults.</summary>
    private async Task OnStartedAsync(NodeSlot node)
    {
        await _linksLock.WaitAsync();
        try
        {
            foreach (var link in _links.Keys.Where(l => l.From == node.Number))
            {
                if (node.Life is { } life) await ApplyAsync(life, link);
            }
        }
        finally
        {
            _linksLock.Release();
        }
    }

    /// <summary>Faults may overlap: it runs while none of them has stopped it.</summary>
    private async Task ChangeStoreAsync(int stops)
    {
        await _storeLock.WaitAsync();
        try
        {
            var before = _storeStops;
            _storeStops += stops;
            if (before == 0) await _server.CrashAsync();
            if (_storeStops == 0) await _server.ResumeAsync();
        }
        finally
        {
            _storeLock.Release();
        }
    }

    private async Task ResetConnectionsAsync(CancellationToken cancel)
    {
        await using var source = NpgsqlDataSource.Create(_server.ConnectionString("postgres"));
        await using var reset = source.CreateCommand("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1");
        reset.Parameters.Add(new() { Value = new NpgsqlConnectionStringBuilder(ConnectionString).Database! });
        try
        {
            await reset.ExecuteNonQueryAsync(cancel);
        }
        catch (NpgsqlException)
        {
            // The store is away, and all connections are ended already.
        }
    }

    /// <summary>What keeps the nodes from being one cluster that all of them see alike; null when nothing does.</summary>
    private string? Disunity()
    {
        foreach (var node in _nodes)
        {
            if (node.Life is not { IsServing: true } life) return $"node {node.Number} does not run";
            var state = life.Cluster.State;
            var up = state.Members.Count(m => m.Status == Akka.Cluster.MemberStatus.Up);
            if (up != _nodes.Length || state.Members.Count != up || !state.Unreachable.IsEmpty)
                return $"node {node.Number} sees {string.Join(", ", state.Members)}, unreachable {string.Join(", ", state.Unreachable)}";
        }

        return null;
    }

    private void Count()
    {
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == ShardMetrics.MeterName && instrument.Name is ShardMetrics.FencedWrites or ShardMetrics.FailedWrites) listener.EnableMeasurementEvents(instrument);
        };
        _meters.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
        {
            if (instrument.Name == ShardMetrics.FencedWrites) Interlocked.Add(ref _lostWrites, value);
            else Interlocked.Add(ref _failedWrites, value);
        });
        _meters.Start();
    }
}
