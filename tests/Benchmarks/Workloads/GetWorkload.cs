using System.Diagnostics;
using ActorStreams.Benchmarks.Load;
using ActorStreams.Benchmarks.Reporting;
using ActorStreams.Benchmarks.Yardsticks;

namespace ActorStreams.Benchmarks.Workloads;

/// <summary>
/// Reads a stream of 8 shards from the start: all shards with a reader each, then one shard alone, twice in turn with the yardstick, which
/// reads the same bytes in rows of one request's share of a shard. Every record that was acknowledged must be read, else the run fails.
/// </summary>
public sealed class GetWorkload : IWorkload
{
    private const int ShardCount = 8;
    private const int RecordBytes = 100;
    private const int RecordsPerRequest = 500;
    private const int RecordsPerSecondOfWindow = 300_000;
    private const int Rounds = 2;

    public async Task RunAsync(BenchmarkContext context)
    {
        var node = await context.NodeAsync();
        var stream = context.NewStreamName("get");
        using var control = node.Connect();
        control.CreateStream(stream, ShardCount);
        var (written, _) = StreamFiller.Fill(node.Connect, stream, (long)(context.Options.Seconds * RecordsPerSecondOfWindow), RecordBytes);
        using var store = context.CreateYardstick();
        FillYardstick(store, written);

        var shards = control.ListShards(stream);
        Compare(context, node, stream, store, "GetRecords from the start, 8 readers", shards, "500,000 records/s", written);
        Compare(context, node, stream, store, "GetRecords from the start, 1 shard", shards.Take(1).ToList(), null, null);
        control.DeleteStream(stream);
    }

    private static void Compare(
        BenchmarkContext context, NodeUnderTest node, string stream, IYardstick store,
        string name, IReadOnlyList<string> shards, string? target, long? expectedRecords)
    {
        Measure? nodeSum = null, yardstickSum = null;
        for (var round = 0; round < Rounds; round++)
        {
            var measured = new ShardReader(node.Connect, stream, RecordBytes).Run(shards, node.Usage);
            if (expectedRecords is { } expected && measured.Records != expected)
                throw new InvalidDataException($"{expected} records were acknowledged, {measured.Records} were read from {stream}.");
            nodeSum = nodeSum is null ? measured : nodeSum + measured;
            var compared = ReadYardstick(context, store, shards.Count);
            yardstickSum = yardstickSum is null ? compared : yardstickSum + compared;
        }
        context.Report.Add(Row.Of(name, nodeSum!, (store.Name, yardstickSum!), target));
    }

    private static void FillYardstick(IYardstick store, long records)
    {
        var row = new byte[RecordsPerRequest / ShardCount * RecordBytes];
        Random.Shared.NextBytes(row);
        var rows = Enumerable.Repeat<ReadOnlyMemory<byte>>(row, ShardCount).ToList();
        for (var i = 0L; i < records / RecordsPerRequest; i++)
            store.Commit(rows);
    }

    private static Measure ReadYardstick(BenchmarkContext context, IYardstick store, int shards)
    {
        var before = context.YardstickUsage();
        var start = Stopwatch.GetTimestamp();
        var bytes = Enumerable.Range(0, shards).Sum(store.ReadShard);
        var elapsed = Stopwatch.GetElapsedTime(start);
        return new Measure
        {
            Records = bytes / RecordBytes,
            PayloadBytes = bytes,
            Elapsed = elapsed,
            LatencyTicks = [],
            ServerCpu = (context.YardstickUsage() - before).Cpu,
        };
    }
}
