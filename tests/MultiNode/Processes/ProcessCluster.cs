using System.Collections.Immutable;
using ActorStreams.MultiNode.Tests.Processes.Networks;
using ActorStreams.MultiNode.Tests.Processes.Nodes;
using ActorStreams.MultiNode.Tests.Runs;
using ActorStreams.MultiNode.Tests.Schedules;
using ActorStreams.Shards.Log;
using ActorStreams.TestKit;
using Npgsql;

namespace ActorStreams.MultiNode.Tests.Processes;

/// <summary>
/// Nodes as operators run them: processes of the executable with addresses of their own, over a PostgreSQL with an address of its own, at the
/// shipped settings.
/// </summary>
internal sealed class ProcessCluster : ICluster
{
    private static readonly TimeSpan s_leavePatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_healPatience = TimeSpan.FromSeconds(120);
    private static readonly NodePorts s_ports = new(Gateway: 4567, Admin: 8558, Cluster: 4053);

    private readonly string _folder = Directory.CreateTempSubdirectory("actorstreams-chaos-").FullName;
    private readonly PostgresServer _postgres;
    private readonly string _database;
    private long _lostWrites;
    private long _failedWrites;

    private ProcessCluster(
        ClusterNetwork network, PostgresServer postgres, string connectionString, int nodes, int lighthouses, IReadOnlyDictionary<string, string> settings)
    {
        (Network, _postgres, ConnectionString) = (network, postgres, connectionString);
        _database = new NpgsqlConnectionStringBuilder(connectionString).Database!;
        Lighthouses = [.. Enumerable.Range(0, lighthouses).Select(i => LighthouseAt(LighthouseName(i), lighthouses))];
        Nodes = [.. Enumerable.Range(0, nodes).Select(i => NodeAt(NameOf(i), lighthouses, settings))];
    }

    public ClusterNetwork Network { get; }

    public ImmutableArray<SupervisedNode> Nodes { get; }

    /// <summary>The seeds; without any, nodes find each other in the store.</summary>
    public ImmutableArray<SupervisedNode> Lighthouses { get; }

    public IEnumerable<SupervisedNode> Members => [.. Lighthouses, .. Nodes];

    public string ConnectionString { get; }

    public IReadOnlyList<Uri> Endpoints => [.. Nodes.Select(n => n.Endpoint)];

    public string Log => string.Join("\n", Members.Select(n => n.Log));

    /// <summary>Whether a process was ever stopped while the database held a transaction of it open.</summary>
    public bool HeldTransactions { get; private set; }

    /// <summary>Processes that ended by themselves, in order of time.</summary>
    public IReadOnlyList<NodeExit> Exits => [.. Members.SelectMany(n => n.Exits).OrderBy(e => e.At)];

    /// <summary>Network, database and nodes, none of which runs yet.</summary>
    /// <param name="settings">Of the nodes, beside what each of them needs.</param>
    public static async Task<ProcessCluster> PrepareAsync(int nodes, IReadOnlyDictionary<string, string>? settings = null, int lighthouses = 0)
    {
        var network = await ClusterNetwork.CreateAsync(
            [.. Enumerable.Range(0, nodes).Select(NameOf), .. Enumerable.Range(0, lighthouses).Select(LighthouseName)]);
        PostgresServer? postgres = null;
        try
        {
            postgres = await PostgresServer.StartAsync(network.DatabasePlace);
            return new ProcessCluster(
                network, postgres, await postgres.CreateDatabaseAsync(), nodes, lighthouses, settings ?? new Dictionary<string, string>());
        }
        catch
        {
            if (postgres is not null) await postgres.DisposeAsync();
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>All nodes at once; answers when they are one cluster and ready.</summary>
    public static async Task<ProcessCluster> FormAsync(int nodes, IReadOnlyDictionary<string, string>? settings = null, int lighthouses = 0)
    {
        var cluster = await PrepareAsync(nodes, settings, lighthouses);
        try
        {
            await cluster.HealAsync(CancellationToken.None);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public async Task BeginAsync(Fault fault, CancellationToken cancel)
    {
        switch (fault)
        {
            case Fault.Kill kill:
                await NoteCountsAsync(kill.Node);
                await Nodes[kill.Node].KillAsync();
                break;
            case Fault.Leave leave:
                await NoteCountsAsync(leave.Node);
                await Nodes[leave.Node].LeaveAsync(s_leavePatience);
                break;
            case Fault.Pause pause:
                Nodes[pause.Node].Pause();
                break;
            case Fault.PauseInTransaction pause:
                HeldTransactions |= await TransactionTrap.StopInsideAsync(ConnectionString, NameOf(pause.Node), Nodes[pause.Node]);
                break;
            case Fault.Cut cut:
                foreach (var (from, to) in Links(cut)) await Network.DropAsync(from, to);
                break;
            case Fault.CutStore cut:
                await Network.CutAsync(NameOf(cut.Node), ClusterNetwork.Database);
                break;
            case Fault.Slow slow:
                await Network.SlowAsync(NameOf(slow.Node), Nodes.Select(n => n.Name).Where(n => n != NameOf(slow.Node)), slow.BytesPerSecond);
                break;
            case Fault.ResetConnections:
                await _postgres.ResetConnectionsAsync(_database);
                break;
            case Fault.StopStore:
                await _postgres.CrashAsync();
                break;
            default:
                throw new ArgumentException($"A cluster of processes knows no fault '{fault}'.", nameof(fault));
        }
    }

    public async Task EndAsync(Fault fault, CancellationToken cancel)
    {
        switch (fault)
        {
            case Fault.Kill kill:
                Nodes[kill.Node].Start();
                break;
            case Fault.Leave leave:
                Nodes[leave.Node].Start();
                break;
            case Fault.Pause pause:
                Nodes[pause.Node].Resume();
                break;
            case Fault.PauseInTransaction pause:
                Nodes[pause.Node].Resume();
                break;
            case Fault.Cut cut:
                foreach (var (from, to) in Links(cut)) await Network.PassAsync(from, to);
                break;
            case Fault.CutStore cut:
                await Network.JoinAsync(NameOf(cut.Node), ClusterNetwork.Database);
                break;
            case Fault.Slow slow:
                await Network.QuickenAsync(NameOf(slow.Node));
                break;
            case Fault.StopStore:
                await _postgres.ResumeAsync();
                break;
        }
    }

    public async Task HealAsync(CancellationToken cancel)
    {
        await Network.HealAsync();
        if (!_postgres.IsRunning) await _postgres.ResumeAsync();
        foreach (var member in Members) member.Resume();
        foreach (var member in Members) member.Start();
        await TogetherAsync(s_healPatience, cancel);
    }

    /// <summary>Every node is ready and sees all of them up. Nodes that end by themselves meanwhile are started again and waited for.</summary>
    public async Task TogetherAsync(TimeSpan patience, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(patience);
        try
        {
            while (!await AreTogetherAsync()) await Task.Delay(100, limit.Token);
        }
        catch (OperationCanceledException)
        {
            await KeepLogAsync($"apart-{Guid.NewGuid():n}");
            throw new TimeoutException($"The nodes were not one ready cluster in time: {await DescribeAsync()}\n{string.Join("\n", Exits)}");
        }
    }

    public async Task<ClusterCounts> CountsAsync()
    {
        long lost = Interlocked.Read(ref _lostWrites), failed = Interlocked.Read(ref _failedWrites);
        foreach (var node in Nodes)
        {
            var (nodeLost, nodeFailed) = await CountsAsync(node);
            (lost, failed) = (lost + nodeLost, failed + nodeFailed);
        }

        return new ClusterCounts(lost, failed, Nodes.Sum(n => n.Exits.Length));
    }

    /// <summary>Leaves the logs of all members in <c>artifacts/chaos</c>, for whoever looks into what was not right.</summary>
    public async Task KeepLogAsync(string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(NodeProcess.RepositoryRoot(), "artifacts", "chaos")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, string.Concat(name.Select(c => char.IsLetterOrDigit(c) ? c : '-')) + ".log"), Log);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await Task.WhenAll(Members.Select(m => m.DisposeAsync().AsTask()));
            await _postgres.DisposeAsync();
        }
        finally
        {
            await Network.DisposeAsync();
            Directory.Delete(_folder, recursive: true);
        }
    }

    public static string NameOf(int node) => $"node-{node}";

    public static string LighthouseName(int number) => $"lighthouse-{number}";

    private SupervisedNode NodeAt(string name, int lighthouses, IReadOnlyDictionary<string, string> more)
    {
        var settings = MemberSettings(name, lighthouses);
        settings["Gateway:Port"] = $"{s_ports.Gateway}";
        settings["Gateway:BindAddress"] = Network.Place(name).Address;
        // The key with which KinesisHttp signs; without any a node listens on loopback only.
        settings["Gateway:AccessKeys:0:AccessKeyId"] = "test";
        settings["Gateway:AccessKeys:0:SecretAccessKey"] = "test";
        foreach (var (setting, value) in more) settings[setting] = value;
        return new SupervisedNode(name, Network, NodeProgram.Node, Path.Combine(_folder, name), s_ports, settings);
    }

    private SupervisedNode LighthouseAt(string name, int lighthouses) =>
        new(name, Network, NodeProgram.Lighthouse, Path.Combine(_folder, name), s_ports, MemberSettings(name, lighthouses));

    private Dictionary<string, string> MemberSettings(string name, int lighthouses)
    {
        var address = Network.Place(name).Address;
        var settings = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["Store:ConnectionString"] = $"{ConnectionString};Application Name={name}",
            ["Cluster:Host"] = address,
            ["Cluster:Port"] = $"{s_ports.Cluster}",
            ["Management:Port"] = $"{s_ports.Admin}",
            ["Management:BindAddress"] = address,
            ["Management:Token"] = AdminPage.Token,
        };
        for (var i = 0; i < lighthouses; i++) settings[$"Cluster:Seeds:{i}"] = $"{Network.Place(LighthouseName(i)).Address}:{s_ports.Cluster}";
        return settings;
    }

    private IEnumerable<(string From, string To)> Links(Fault.Cut cut)
    {
        foreach (var inside in cut.Side)
        {
            foreach (var outside in Enumerable.Range(0, Nodes.Length).Except(cut.Side))
            {
                if (cut.Direction is CutDirection.Both or CutDirection.Outbound) yield return (NameOf(inside), NameOf(outside));
                if (cut.Direction is CutDirection.Both or CutDirection.Inbound) yield return (NameOf(outside), NameOf(inside));
            }
        }
    }

    private async Task<bool> AreTogetherAsync()
    {
        var all = Members.Select(m => m.Address).ToHashSet(StringComparer.Ordinal);
        foreach (var member in Members)
        {
            if (!await AdminPage.IsReadyAsync(member.AdminEndpoint)) return false;
        }

        foreach (var node in Nodes)
        {
            if (await AdminPage.MembersAsync(node.AdminEndpoint) is not { } members || !members.SetEquals(all)) return false;
        }

        return true;
    }

    private async Task<string> DescribeAsync()
    {
        var words = new List<string>();
        foreach (var node in Members)
        {
            var members = await AdminPage.MembersAsync(node.AdminEndpoint);
            words.Add($"{node.Name} ready: {await AdminPage.WhyNotReadyAsync(node.AdminEndpoint)}, hears {(members is null ? "unknown" : string.Join(", ", members))}");
        }

        return string.Join("; ", words);
    }

    private async Task NoteCountsAsync(int node)
    {
        var (lost, failed) = await CountsAsync(Nodes[node]);
        Interlocked.Add(ref _lostWrites, lost);
        Interlocked.Add(ref _failedWrites, failed);
    }

    private static async Task<(long Lost, long Failed)> CountsAsync(SupervisedNode node)
    {
        var counters = await AdminPage.CountersAsync(node.AdminEndpoint);
        return (Total(ShardMetrics.FencedWrites), Total(ShardMetrics.FailedWrites));

        // As Prometheus names a counter.
        long Total(string name) => (long)counters.GetValueOrDefault($"{name.Replace('.', '_')}_total");
    }
}
