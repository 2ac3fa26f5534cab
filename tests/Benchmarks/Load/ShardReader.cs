using System.Diagnostics;

namespace ActorStreams.Benchmarks.Load;

/// <summary>Reads whole shards from TRIM_HORIZON with GetRecords of 10,000, one connection and thread per shard.</summary>
public sealed class ShardReader(Func<KinesisSession> connect, string stream, int recordBytes, string contentType = RequestSigner.Json)
{
    private const int RecordsPerCallMax = 10_000;
    private const int EmptyAnswersInARowMax = 1_000;

    /// <summary>Reads until each shard says that nothing is behind. Elapsed is until the slowest is done.</summary>
    public Measure Run(IReadOnlyList<string> shards, Func<Usage>? usage)
    {
        var ticks = new List<long>();
        var records = 0L;
        var serverBefore = usage?.Invoke();
        var generatorBefore = Usage.OfThisProcess();
        var start = Stopwatch.GetTimestamp();
        BlockingThreads.Run(shards.Count, index =>
        {
            var (read, calls) = ReadShard(shards[index]);
            lock (ticks)
                ticks.AddRange(calls);
            Interlocked.Add(ref records, read);
        });
        var elapsed = Stopwatch.GetElapsedTime(start);
        var server = usage?.Invoke() - serverBefore;
        return new Measure
        {
            Records = records,
            PayloadBytes = records * recordBytes,
            Elapsed = elapsed,
            LatencyTicks = ticks,
            ServerCpu = server?.Cpu,
            GeneratorCpu = (Usage.OfThisProcess() - generatorBefore).Cpu,
        };
    }

    private (long Records, List<long> LatencyTicks) ReadShard(string shard)
    {
        using var session = connect();
        var (records, ticks) = (0L, new List<long>());
        var emptyInARow = 0;
        for (var iterator = session.GetShardIterator(stream, shard, "TRIM_HORIZON"); iterator is not null;)
        {
            var sent = Stopwatch.GetTimestamp();
            var body = session.GetRecords(iterator, RecordsPerCallMax, contentType).Body;
            ticks.Add(Stopwatch.GetTimestamp() - sent);
            var count = KinesisAnswers.RecordCount(body);
            records += count;
            emptyInARow = count == 0 ? emptyInARow + 1 : 0;
            if (emptyInARow == EmptyAnswersInARowMax)
                throw new InvalidDataException($"{shard} of {stream} gave {emptyInARow} empty answers in a row and is still behind.");
            iterator = KinesisAnswers.MillisBehindLatest(body) == 0 ? null : KinesisAnswers.NextShardIterator(body);
        }
        return (records, ticks);
    }
}
