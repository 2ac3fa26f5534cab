using ActorStreams.Benchmarks.Load;
using ActorStreams.Benchmarks.Reporting;

namespace ActorStreams.Benchmarks.Workloads;

/// <summary>
/// The slowest put while a stream of 8 shards becomes one of 16 and then of 8 again, under half of the load that it takes without: first the
/// full load is measured, then half of its connections go on while the stream reshards.
/// </summary>
public sealed class ReshardWorkload : IWorkload
{
    private const int Connections = 16;
    private const int RecordsPerRequest = 500;
    private const int RecordBytes = 100;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    public async Task RunAsync(BenchmarkContext context)
    {
        var node = await context.NodeAsync();
        var stream = context.NewStreamName("reshard");
        using var control = node.Connect();
        control.CreateStream(stream, 8);
        var generator = new LoadGenerator(node.Connect);
        var full = generator.Run(PlanOf(stream, node.Signer, Connections), WarmUp, context.Window, node.Usage);
        var perSecond = full.RecordsPerSecond / 2;
        foreach (var shards in (int[])[16, 8])
        {
            var pace = TimeSpan.FromSeconds(RecordsPerRequest * (Connections / 2) / perSecond);
            var plan = PlanOf(stream, node.Signer, Connections / 2) with { Pace = pace };
            var loading = Task.Factory.StartNew(
                () => generator.Run(plan, TimeSpan.FromSeconds(1), context.Window, node.Usage), TaskCreationOptions.LongRunning);
            await Task.Delay(TimeSpan.FromSeconds(1) + (context.Window / 4));
            var since = TimeProvider.System.GetTimestamp();
            control.Call("UpdateShardCount", $$"""{"StreamName":"{{stream}}","TargetShardCount":{{shards}},"ScalingType":"UNIFORM_SCALING"}""");
            control.WaitUntilActive(stream);
            var took = TimeProvider.System.GetElapsedTime(since);
            var measured = await loading;
            var name = $"to {shards} shards at {measured.RecordsPerSecond / full.RecordsPerSecond:P0} of {full.RecordsPerSecond:0} records/s";
            context.Report.Add(Row.Of($"PutRecords 500 x 100 B, {name}", measured, null, null, isPaced: true));
            context.Report.Add(new Figure(name, "UpdateShardCount until ACTIVE", took.TotalMilliseconds, "ms", null));
            context.Report.Add(new Figure(name, "slowest put", Percentiles.Max(measured.LatencyTicks), "ms", "< 1000 ms"));
            context.Report.Add(new Figure(name, "records refused", measured.Refused, "records", "0"));
        }
        control.DeleteStream(stream);
    }

    private static LoadPlan PlanOf(string stream, RequestSigner signer, int connections)
    {
        var requests = Enumerable.Range(0, connections)
            .Select(connection => (IReadOnlyList<SignedRequest>)[signer.Prepare("PutRecords", PutBodies.Batch(stream, RecordsPerRequest, RecordBytes, connection))])
            .ToList();
        return new LoadPlan(connections, connection => requests[connection], RecordsPerRequest, RecordBytes, IsBatch: true);
    }
}
