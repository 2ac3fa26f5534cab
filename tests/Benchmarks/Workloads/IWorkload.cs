namespace ActorStreams.Benchmarks.Workloads;

/// <summary>One kind of load. It makes its own streams and reports its own rows.</summary>
public interface IWorkload
{
    Task RunAsync(BenchmarkContext context);
}
