using ActorStreams.Benchmarks.Hosting;
using ActorStreams.Benchmarks.Load;
using ActorStreams.Benchmarks.Reporting;
using Npgsql;

namespace ActorStreams.Benchmarks.Workloads;

/// <summary>
/// PutRecords of 500 to one node and to a cluster of three, each over a database of its own on one PostgreSQL server, over all endpoints. On
/// one machine three nodes have no more processors than one has, so the ratio says what being a cluster costs. All nodes stand during the
/// whole run and are measured in turn.
/// </summary>
public sealed class ClusterWorkload : IWorkload
{
    private const int Nodes = 3;
    private const int Connections = 18;
    private const int Shards = 12;
    private const int RecordsPerRequest = 500;
    private const int RecordBytes = 100;
    private const int Rounds = 3;
    /// <summary>Three nodes have three runtimes to warm, each with a third of the load.</summary>
    private static readonly TimeSpan FirstWarmUp = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan NextWarmUp = TimeSpan.FromSeconds(1);

    public async Task RunAsync(BenchmarkContext context)
    {
        if (context.Command is not { } command) return;
        var folder = Directory.CreateDirectory(Path.Combine(context.Folder, "cluster")).FullName;
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder, File.GetUnixFileMode(context.Folder));
        await using var postgres = context.IsPostgres ? null : await PostgresCluster.StartAsync(Path.Combine(folder, "postgres"));
        var server = postgres?.ConnectionString ?? context.PostgresConnectionString!;
        var postgresId = postgres?.ProcessId ?? context.PostgresProcessId;

        await using var one = await NodeGroup.StartAsync(context, command, server, 1, folder, postgresId);
        await using var three = await NodeGroup.StartAsync(context, command, server, Nodes, folder, postgresId);
        Measure? oneSum = null, threeSum = null;
        for (var round = 0; round < Rounds; round++)
        {
            var warmUp = round == 0 ? FirstWarmUp : NextWarmUp;
            var measured = one.Run(context.Window / Rounds, warmUp);
            oneSum = oneSum is null ? measured : oneSum + measured;
            measured = three.Run(context.Window / Rounds, warmUp);
            threeSum = threeSum is null ? measured : threeSum + measured;
        }
        context.Report.Add(Row.Of($"PutRecords {RecordsPerRequest} x {RecordBytes} B, {Nodes} nodes", threeSum!, ("one node", oneSum!), "0.5 of one node"));
        one.Report(context, oneSum!);
        three.Report(context, threeSum!);
    }

    /// <summary>The nodes of one cluster, over a new database.</summary>
    private sealed class NodeGroup : IAsyncDisposable
    {
        private readonly IReadOnlyList<NodeProcess> _processes;
        private readonly LoadGenerator _generator;
        private readonly LoadPlan _plan;
        private readonly Func<Usage> _nodesUsage;
        private readonly Func<Usage> _usage;
        private TimeSpan _nodesCpu;
        private int _connected;

        private NodeGroup(BenchmarkContext context, IReadOnlyList<NodeProcess> processes, int? postgresId)
        {
            _processes = processes;
            var nodes = processes.Select(context.Observe).ToList();
            var stream = context.NewStreamName("cluster");
            using (var control = nodes[0].Connect()) control.CreateStream(stream, Shards);
            var requests = Enumerable.Range(0, Connections).Select(i => (IReadOnlyList<SignedRequest>)
                [nodes[i % nodes.Count].Signer.Prepare("PutRecords", PutBodies.Batch(stream, RecordsPerRequest, RecordBytes, i))]).ToList();
            _generator = new LoadGenerator(() => nodes[_connected++ % nodes.Count].Connect());
            _plan = new LoadPlan(Connections, i => requests[i], RecordsPerRequest, RecordBytes, IsBatch: true);
            _nodesUsage = () => processes.Select(p => p.Usage()).Aggregate((a, b) => a + b);
            _usage = () => _nodesUsage() + (postgresId is { } id ? Usage.OfTree(id) : default);
        }

        public static async Task<NodeGroup> StartAsync(BenchmarkContext context, NodeCommand command, string server, int nodes, string folder, int? postgresId)
        {
            var database = $"cluster_of_{nodes}_{Guid.NewGuid():n}"[..24];
            await using (var connection = new NpgsqlConnection(server))
            {
                await connection.OpenAsync();
                await using var create = new NpgsqlCommand($"CREATE DATABASE {database}", connection);
                await create.ExecuteNonQueryAsync();
            }
            var own = command with { PostgresConnectionString = new NpgsqlConnectionStringBuilder(server) { Database = database }.ConnectionString };
            var processes = await Task.WhenAll(Enumerable.Range(1, nodes).Select(i => NodeProcess.StartAsync(own, Path.Combine(folder, $"{database}-{i}"))));
            return new NodeGroup(context, processes, postgresId);
        }

        public Measure Run(TimeSpan window, TimeSpan warmUp)
        {
            // Workers are made in order, each with the requests of its node.
            _connected = 0;
            var usages = new List<TimeSpan>();
            var measured = _generator.Run(_plan, warmUp, window, () =>
            {
                usages.Add(_nodesUsage().Cpu);
                return _usage();
            });
            _nodesCpu += usages[^1] - usages[0];
            return measured;
        }

        public void Report(BenchmarkContext context, Measure all)
        {
            var name = $"{_processes.Count} node{(_processes.Count > 1 ? "s" : "")}";
            context.Report.Add(new Figure(name, "CPU of the nodes", _nodesCpu.TotalSeconds / all.Records * 1e6, "s per million records", null));
            if (all.ServerCpu is { } cpu) context.Report.Add(new Figure(name, "CPU of PostgreSQL", (cpu - _nodesCpu).TotalSeconds / all.Records * 1e6, "s per million records", null));
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var process in _processes) await process.DisposeAsync();
        }
    }
}
