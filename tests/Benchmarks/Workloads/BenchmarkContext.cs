using System.Net;
using ActorStreams.Benchmarks.Hosting;
using ActorStreams.Benchmarks.Load;
using ActorStreams.Benchmarks.Reporting;
using ActorStreams.Benchmarks.Yardsticks;

namespace ActorStreams.Benchmarks.Workloads;

/// <summary>What workloads share: the node under test, how to connect to it and observe it, its yardstick and the report.</summary>
public sealed class BenchmarkContext
{
    public required BenchmarkOptions Options { get; init; }

    public required Report Report { get; init; }

    /// <summary>Temporary, deleted at the end.</summary>
    public required string Folder { get; init; }

    public required string AccessKey { get; init; }

    public required string SecretKey { get; init; }

    public required string Region { get; init; }

    /// <summary>Starts nodes; null when one that already runs is measured.</summary>
    public NodeCommand? Command { get; init; }

    public string? PostgresConnectionString { get; init; }

    /// <summary>The private cluster's first process, null without one.</summary>
    public int? PostgresProcessId { get; init; }

    /// <summary>Starts or finds the node of the ordinary workloads.</summary>
    public required Func<Task<NodeUnderTest>> NodeAsync { get; init; }

    public TimeSpan Window => TimeSpan.FromSeconds(Options.Seconds);

    public bool IsPostgres => PostgresConnectionString is not null;

    public string StoreName => IsPostgres ? "PostgreSQL" : "SQLite";

    public string NewStreamName(string workload) => $"bench-{workload}-{Guid.NewGuid().ToString("N")[..8]}";

    public NodeUnderTest Observe(NodeProcess process) => new(process.Endpoint, SignerFor(process.Endpoint), WithPostgres(process.Usage));

    public RequestSigner SignerFor(IPEndPoint endpoint, AwsApi? api = null) => new(AccessKey, SecretKey, Region, endpoint.ToString(), TimeProvider.System, api);

    /// <summary>A fresh, empty yardstick of the node's kind of store.</summary>
    public IYardstick CreateYardstick() => PostgresConnectionString is { } connectionString
        ? new PostgresYardstick(connectionString)
        : new SqliteYardstick(Path.Combine(Folder, $"yardstick-{Guid.NewGuid():N}"));

    /// <summary>Observes the yardstick: this process, and the private PostgreSQL server if there is one.</summary>
    public Usage YardstickUsage() => WithPostgres(Usage.OfThisProcess)();

    private Func<Usage> WithPostgres(Func<Usage> own) => PostgresProcessId is { } id ? () => own() + Usage.OfTree(id) : own;
}

/// <summary>The node that a load goes to. <see cref="Usage"/> is null where its process can't be observed.</summary>
public sealed record NodeUnderTest(IPEndPoint Endpoint, RequestSigner Signer, Func<Usage>? Usage)
{
    public KinesisSession Connect() => new(Endpoint, Signer);
}
