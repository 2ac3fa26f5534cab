using ActorStreams.MultiNode.Tests.Runs;
using ActorStreams.MultiNode.Tests.Schedules;

namespace ActorStreams.MultiNode.Tests.InProcess;

/// <summary>Several actor systems in this process over one PostgreSQL.</summary>
public sealed class InProcessCluster : ICluster
{
    public IReadOnlyList<Uri> Endpoints => throw new NotSupportedException();

    public string ConnectionString => throw new NotSupportedException();

    public string Log => "";

    public static Task<InProcessCluster> StartAsync(int nodes) => throw new NotSupportedException($"{nodes}");

    public Task BeginAsync(Fault fault, CancellationToken cancel) => throw new NotSupportedException();

    public Task EndAsync(Fault fault, CancellationToken cancel) => throw new NotSupportedException();

    public Task HealAsync(CancellationToken cancel) => throw new NotSupportedException();

    public Task<ClusterCounts> CountsAsync() => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
