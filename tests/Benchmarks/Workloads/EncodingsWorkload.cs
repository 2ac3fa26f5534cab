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
        Put(context, node, connections: 4);
        Put(context, node, connections: 16);
        Get(context, node);
    }

    private static void Put(BenchmarkContext context, NodeUnderTest node, int connections)
    {
        var stream = context.NewStreamName("encodings");
        using var control = node.Connect();
        control.CreateStream(stream, ShardCount);
        var generator = new LoadGenerator(node.Connect);
        var cbor = PlanOf(node.Signer, stream, connections, RequestSigner.Cbor);
        var json = PlanOf(node.Signer, stream, connections, RequestSigner.Json);
        InTurns(
            context,
            $"PutRecords {RecordsPerRequest} x {RecordBytes} B in CBOR, {connections} connections",
            round => generator.Run(cbor, WarmUp(round), context.Window / Rounds, node.Usage),
            round => generator.Run(json, WarmUp(round), context.Window / Rounds, node.Usage),
            "not below JSON");
        control.DeleteStream(stream);
    }

    private static void Get(BenchmarkContext context, NodeUnderTest node)
    {
        var stream = context.NewStreamName("encodings");
        using var control = node.Connect();
        control.CreateStream(stream, ShardCount);
        StreamFiller.Fill(node.Connect, stream, (long)(context.Options.Seconds * RecordsPerSecondOfWindow), RecordBytes);
        var shards = control.ListShards(stream);
        InTurns(
            context,
            "GetRecords from the start in CBOR, 8 readers",
            _ => new ShardReader(node.Connect, stream, RecordBytes, RequestSigner.Cbor).Run(shards, node.Usage),
            _ => new ShardReader(node.Connect, stream, RecordBytes).Run(shards, node.Usage),
            null);
        control.DeleteStream(stream);
    }

    private static void InTurns(BenchmarkContext context, string name, Func<int, Measure> cbor, Func<int, Measure> json, string? target)
    {
        Measure? cborSum = null, jsonSum = null;
        for (var round = 0; round < Rounds; round++)
        {
            var measured = cbor(round);
            cborSum = cborSum is null ? measured : cborSum + measured;
            var compared = json(round);
            jsonSum = jsonSum is null ? compared : jsonSum + compared;
        }
        context.Report.Add(Row.Of(name, cborSum!, ("JSON", jsonSum!), target));
    }

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
