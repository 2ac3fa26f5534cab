using ActorStreams.Benchmarks.Load;
using ActorStreams.Benchmarks.Reporting;
using ActorStreams.Benchmarks.Yardsticks;

namespace ActorStreams.Benchmarks.Workloads;

/// <summary>What <see cref="PutWorkload"/> sends. One record per request means PutRecord, more mean PutRecords.</summary>
public sealed record PutShape(string Name, int Connections, int ShardCount, int RecordsPerRequest, int RecordBytes, string? Target)
{
    public bool IsBatch => RecordsPerRequest > 1;
}

/// <summary>
/// Closed-loop puts. The window is halved: node, yardstick, node, yardstick, so that a disk or a neighbour that changes its mind meets both.
/// </summary>
public sealed class PutWorkload(params PutShape[] shapes) : IWorkload
{
    private const int Rounds = 2;
    private const int VariantsPerConnection = 4;
    private static readonly TimeSpan FirstWarmUp = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan NextWarmUp = TimeSpan.FromSeconds(0.5);

    public static PutWorkload Batches(string name, int recordBytes, string? target16) => new(
        new PutShape($"{name} 500 x {recordBytes} B, 4 connections", 4, 8, 500, recordBytes, null),
        new PutShape($"{name} 500 x {recordBytes} B, 16 connections", 16, 8, 500, recordBytes, target16));

    public static PutWorkload Single() => new(
        new PutShape("PutRecord 100 B, 1 connection", 1, 8, 1, 100, "p50 < 1 ms"),
        new PutShape("PutRecord 100 B, 16 connections", 16, 8, 1, 100, null));

    public async Task RunAsync(BenchmarkContext context)
    {
        var node = await context.NodeAsync();
        foreach (var shape in shapes)
            Run(context, node, shape);
    }

    private static void Run(BenchmarkContext context, NodeUnderTest node, PutShape shape)
    {
        var stream = context.NewStreamName("put");
        using var control = node.Connect();
        control.CreateStream(stream, shape.ShardCount);
        using var store = context.CreateYardstick();
        var yardstick = new GroupCommit(store, shape.Connections, shape.ShardCount, shape.RecordsPerRequest, shape.RecordBytes);
        var generator = new LoadGenerator(node.Connect);
        var plan = PlanOf(shape, stream, node.Signer);

        Measure? nodeSum = null, yardstickSum = null;
        for (var round = 0; round < Rounds; round++)
        {
            var measured = generator.Run(plan, round == 0 ? FirstWarmUp : NextWarmUp, context.Window / Rounds, node.Usage);
            nodeSum = nodeSum is null ? measured : nodeSum + measured;
            var compared = yardstick.Run(context.Window / Rounds, context.YardstickUsage);
            yardstickSum = yardstickSum is null ? compared : yardstickSum + compared;
        }
        control.DeleteStream(stream);
        context.Report.Add(Row.Of(shape.Name, nodeSum!, (store.Name, yardstickSum!), shape.Target));
    }

    private static LoadPlan PlanOf(PutShape shape, string stream, RequestSigner signer)
    {
        var requests = Enumerable.Range(0, shape.Connections).Select(connection => Enumerable.Range(0, VariantsPerConnection).Select(variant =>
        {
            var seed = connection * VariantsPerConnection + variant;
            return shape.IsBatch
                ? signer.Prepare("PutRecords", PutBodies.Batch(stream, shape.RecordsPerRequest, shape.RecordBytes, seed))
                : signer.Prepare("PutRecord", PutBodies.Single(stream, shape.RecordBytes, seed));
        }).ToList()).ToList();
        return new LoadPlan(shape.Connections, connection => requests[connection], shape.RecordsPerRequest, shape.RecordBytes, shape.IsBatch);
    }
}
