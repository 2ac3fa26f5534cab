using System.Net;
using System.Net.Sockets;
using ActorStreams.Benchmarks.Hosting;
using ActorStreams.Benchmarks.Load;
using ActorStreams.Benchmarks.Reporting;
using ActorStreams.Benchmarks.Transport;
using ActorStreams.Benchmarks.Workloads;

namespace ActorStreams.Benchmarks;

/// <summary>Starts what a run needs, runs the chosen workloads in order, and takes everything down again, also when one fails.</summary>
public static class BenchmarkRun
{
    private const string AccessKey = "AKIDBENCHMARK";
    private const string SecretKey = "benchmark-secret";

    public static async Task RunAsync(BenchmarkOptions options, TextWriter output)
    {
        var folder = Directory.CreateTempSubdirectory("actorstreams-bench-").FullName;
        // The private PostgreSQL server runs under another account and must be able to reach its folder.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        try
        {
            await RunInAsync(folder, options, output);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RunInAsync(string folder, BenchmarkOptions options, TextWriter output)
    {
        var nodePath = options.Url is null ? await NodeCommand.FindAsync(options.NodePath) : null;
        await using var postgres = options.Postgres == "auto" ? await PostgresCluster.StartAsync(Path.Combine(folder, "postgres")) : null;
        var connectionString = postgres?.ConnectionString ?? options.Postgres;
        var command = nodePath is null ? null : new NodeCommand(nodePath, AccessKey, SecretKey, connectionString, options.NodeEnvironment);
        var report = new Report(Machine.Observe(folder), connectionString is null ? "SQLite" : "PostgreSQL", options.Json, output);

        NodeProcess? process = null;
        RetainedJournal? journal = null;
        BenchmarkContext context = null!;
        context = new BenchmarkContext
        {
            Options = options,
            Report = report,
            Folder = folder,
            AccessKey = options.Url is null ? AccessKey : Environment.GetEnvironmentVariable("AWS_ACCESS_KEY_ID") ?? AccessKey,
            SecretKey = options.Url is null ? SecretKey : Environment.GetEnvironmentVariable("AWS_SECRET_ACCESS_KEY") ?? SecretKey,
            Region = Environment.GetEnvironmentVariable("AWS_REGION") ?? "us-east-1",
            Command = command,
            PostgresConnectionString = connectionString,
            PostgresProcessId = postgres?.ProcessId,
            NodeAsync = async () =>
            {
                var known = process is not null;
                var node = options.Url is { } url
                    ? await FindRunningAsync(context, url)
                    : context.Observe(process ??= await NodeProcess.StartAsync(command!, Path.Combine(folder, "data")));
                if (!known)
                    report.SetSignaturesVerified(SignatureProbe.AreVerified(node.Endpoint));
                return node;
            },
        };

        report.Begin();
        try
        {
            foreach (var name in options.Workloads)
            {
                // Two nodes would compete for the cores: the ordinary one ends before the one with the large journal starts.
                if (name is "memory" or "restart" or "shards" or "tls" or "transport" or "cluster" or "agent" or "delivery" or "idle" && process is not null)
                {
                    await process.DisposeAsync();
                    process = null;
                }
                await Create(name, context, async c => journal ??= await RetainedJournal.FillAsync(context, c)).RunAsync(context);
            }
        }
        finally
        {
            if (process is not null)
                await process.DisposeAsync();
            if (journal is not null)
                await journal.DisposeAsync();
        }
        report.End();
    }

    private static IWorkload Create(string name, BenchmarkContext context, Func<NodeCommand, Task<RetainedJournal>> journalAsync) => name switch
    {
        "put" => PutWorkload.Batches("PutRecords", 100, context.IsPostgres ? "150,000 records/s" : "250,000 records/s"),
        "put1k" => PutWorkload.Batches("PutRecords", 1_024, context.IsPostgres ? null : "90,000 records/s"),
        "single" => PutWorkload.Single(),
        "get" => new GetWorkload(),
        "encodings" => new EncodingsWorkload(),
        "latency" => new LatencyWorkload(),
        "fanout" => new FanOutWorkload(),
        "tls" => new TlsWorkload(),
        "reshard" => new ReshardWorkload(),
        "shards" => new ShardsWorkload(),
        "memory" => new MemoryWorkload(journalAsync),
        "restart" => new RestartWorkload(journalAsync),
        "transport" => new TransportWorkload(),
        "cluster" => new ClusterWorkload(),
        "formats" => new FormatsWorkload(),
        "agent" => new AgentWorkload(),
        "delivery" => new DeliveryWorkload(),
        "away" => new AwayWorkload(),
        "idle" => new IdleWorkload(),
        _ => throw new ArgumentException($"Unknown workload {name}."),
    };

    private static async Task<NodeUnderTest> FindRunningAsync(BenchmarkContext context, Uri url)
    {
        var address = (await Dns.GetHostAddressesAsync(url.Host)).First(a => a.AddressFamily == AddressFamily.InterNetwork);
        var endpoint = new IPEndPoint(address, url.Port);
        return new NodeUnderTest(endpoint, context.SignerFor(endpoint), null);
    }
}
