using ActorStreams.Benchmarks.Load;
using ActorStreams.Benchmarks.Reporting;

namespace ActorStreams.Benchmarks.Workloads;

/// <summary>
/// The same puts and reads in CBOR and in JSON, in turns on one node; JSON stands where other workloads have the yardstick, so the ratio is
/// that of CBOR over JSON.
/// </summary>
public sealed class EncodingsWorkload : IWorkload
{
    private const int Rounds = 4;
    private const int ShardCount = 8;
    private const int RecordsPerRequest = 500;
    private const int RecordBytes = 100;
    private const int VariantsPerConnection = 4;
    private const int RecordsPerSecondOfWindow = 200_000;
    private static readonly TimeSpan FirstWarmUp = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan NextWarmUp = TimeSpan.FromSeconds(0.5);

    public async Task RunAsync(BenchmarkContext context)
    {
        var node = await context.NodeAsync();
        using var control = node.Connect();
        // Deleted at the end: the node would be at it while the next load runs.
        string[] streams = [.. Enumerable.Range(0, 3).Select(_ => context.NewStreamName("encodings"))];
        foreach (var stream in streams) control.CreateStream(stream, ShardCount);
        Put(context, node, streams[0], connections: 4);
        Put(context, node, streams[1], connections: 16);
        Get(context, node, streams[2], control.ListShards(streams[2]));
        foreach (var stream in streams) control.DeleteStream(stream);
    }

    private static void Put(BenchmarkContext context, NodeUnderTest node, string stream, int connections)
    {
        var generator = new LoadGenerator(node.Connect);
        var cbor = PlanOf(node.Signer, stream, connections, RequestSigner.Cbor);
        var json = PlanOf(node.Signer, stream, connections, RequestSigner.Json);
        InTurns(
            context,
            $"PutRecords {RecordsPerRequest} x {RecordBytes} B in CBOR, {connections} connections",
            round => generator.Run(cbor, WarmUp(round), context.Window / Rounds, node.Usage),
            round => generator.Run(json, WarmUp(round), context.Window / Rounds, node.Usage),
            "not below JSON");
    }

    private static void Get(BenchmarkContext context, NodeUnderTest node, string stream, IReadOnlyList<string> shards)
    {
        StreamFiller.Fill(node.Connect, stream, (long)(context.Options.Seconds * RecordsPerSecondOfWindow), RecordBytes);
        InTurns(
            context,
            "GetRecords from the start in CBOR, 8 readers",
            _ => new ShardReader(node.Connect, stream, RecordBytes, RequestSigner.Cbor).Run(shards, node.Usage),
            _ => new ShardReader(node.Connect, stream, RecordBytes).Run(shards, node.Usage),
            null);
    }

    private static void InTurns(BenchmarkContext context, string name, Func<int, Measure> cbor, Func<int, Measure> json, string? target)
    {
        Measure? cborSum = null, jsonSum = null;
        for (var round = 0; round < Rounds; round++)
        {
            // Who comes first meets what the node still has to do of before, so they change places.
            if (round % 2 == 0) Add(ref cborSum, cbor(round));
            Add(ref jsonSum, json(round));
            if (round % 2 == 1) Add(ref cborSum, cbor(round));
        }
        context.Report.Add(Row.Of(name, cborSum!, ("JSON", jsonSum!), target));
    }

    private static void Add(ref Measure? sum, Measure measured) => sum = sum is null ? measured : sum + measured;

    private static TimeSpan WarmUp(int round) => round == 0 ? FirstWarmUp : NextWarmUp;

    private static LoadPlan PlanOf(RequestSigner signer, string stream, int connections, string contentType)
    {
        var requests = Enumerable.Range(0, connections).Select(connection => Enumerable.Range(0, VariantsPerConnection).Select(variant =>
        {
            var seed = connection * VariantsPerConnection + variant;
            var body = contentType == RequestSigner.Cbor
                ? PutBodies.CborBatch(stream, RecordsPerRequest, RecordBytes, seed)
                : PutBodies.Batch(stream, RecordsPerRequest, RecordBytes, seed);
            return signer.Prepare("PutRecords", body, contentType);
        }).ToList()).ToList();
        return new LoadPlan(connections, connection => requests[connection], RecordsPerRequest, RecordBytes, IsBatch: true);
    }
}
