using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ActorStreams.Benchmarks.Load;
using ActorStreams.Benchmarks.Reporting;

namespace ActorStreams.Benchmarks.Workloads;

/// <summary>
/// A shard with 1,000 records/s from four paced producers and a tailing reader that polls back to back. Measured are
/// <list type="bullet">
/// <item>answer to read: a probe puts a record and, at its answer, sends GetRecords until one returns the record;</item>
/// <item>put to receipt: each producer's record carries the time it was sent, which the tailing reader takes off;</item>
/// <item>the producers' own put latency.</item>
/// </list>
/// The yardstick is one committed row of 100 bytes and the read of the newest row.
/// </summary>
public sealed class LatencyWorkload : IWorkload
{
    private const int Producers = 4;
    private const int RecordsPerSecond = 1_000;
    private const int RecordBytes = 100;
    private const int RecordsPerCallMax = 1_000;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(10);

    public async Task RunAsync(BenchmarkContext context)
    {
        var node = await context.NodeAsync();
        var stream = context.NewStreamName("latency");
        using var control = node.Connect();
        control.CreateStream(stream, 1);
        var shard = control.ListShards(stream)[0];

        var samples = new Samples(Stopwatch.GetTimestamp() + (long)(WarmUp.TotalSeconds * Stopwatch.Frequency));
        using var over = new CancellationTokenSource(WarmUp + context.Window);
        BlockingThreads.Run(Producers + 2, index =>
        {
            using var session = node.Connect();
            switch (index)
            {
                case Producers:
                    Tail(session, stream, shard, samples, over.Token);
                    break;
                case Producers + 1:
                    Probe(session, stream, shard, samples, over.Token);
                    break;
                default:
                    Produce(session, stream, index, samples, over.Token);
                    break;
            }
        });
        control.DeleteStream(stream);

        var yardstick = CommitAndRead(context);
        context.Report.Add(RowOf("put's answer to its read", context, samples.AnswerToRead, (context.StoreName, yardstick), "p50 < 4 ms"));
        context.Report.Add(RowOf("put to receipt, tailing reader", context, samples.PutToReceipt, null, null));
        context.Report.Add(RowOf("put at 1,000 records/s", context, samples.Put, null, null));
    }

    private static void Produce(KinesisSession session, string stream, int producer, Samples samples, CancellationToken over)
    {
        var interval = TimeSpan.FromSeconds(1.0 * Producers / RecordsPerSecond);
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; !over.IsCancellationRequested; i++)
        {
            var request = Marked(session, stream, $"producer-{producer}-{i}");
            var sent = Stopwatch.GetTimestamp();
            Accept(session.Exchange(request));
            samples.Add(samples.Put, sent);
            var wait = interval * (i + 1) - Stopwatch.GetElapsedTime(start);
            if (wait > TimeSpan.Zero)
                over.WaitHandle.WaitOne(wait);
        }
    }

    private static void Tail(KinesisSession session, string stream, string shard, Samples samples, CancellationToken over)
    {
        var iterator = session.GetShardIterator(stream, shard, "LATEST");
        while (!over.IsCancellationRequested)
        {
            var body = session.GetRecords(iterator, RecordsPerCallMax).Body;
            var received = Stopwatch.GetTimestamp();
            iterator = KinesisAnswers.NextShardIterator(body)!;
            if (KinesisAnswers.RecordCount(body) == 0)
                continue;
            using var answer = JsonDocument.Parse(body.ToArray());
            foreach (var record in answer.RootElement.GetProperty("Records").EnumerateArray())
            {
                if (record.GetProperty("PartitionKey").GetString()!.StartsWith("producer-", StringComparison.Ordinal))
                    samples.Add(samples.PutToReceipt, SentTicksOf(record), received);
            }
        }
    }

    /// <summary>The iterator stays where the last probe found its record, so the first GetRecords after the answer covers everything since.</summary>
    private static void Probe(KinesisSession session, string stream, string shard, Samples samples, CancellationToken over)
    {
        var iterator = session.GetShardIterator(stream, shard, "LATEST");
        for (var i = 0; !over.IsCancellationRequested; i++)
        {
            var key = $"probe-{i}";
            Accept(session.Exchange(Marked(session, stream, key)));
            var answered = Stopwatch.GetTimestamp();
            for (var found = false; !found && !over.IsCancellationRequested;)
            {
                var body = session.GetRecords(iterator, RecordsPerCallMax).Body;
                found = body.ContainsText($"\"PartitionKey\":\"{key}\"");
                iterator = KinesisAnswers.NextShardIterator(body)!;
                if (found)
                    samples.Add(samples.AnswerToRead, answered);
            }
            over.WaitHandle.WaitOne(ProbeInterval);
        }
    }

    private static Measure CommitAndRead(BenchmarkContext context)
    {
        using var store = context.CreateYardstick();
        var row = new ReadOnlyMemory<byte>[] { new byte[RecordBytes] };
        var ticks = new List<long>();
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < context.Window / 4)
        {
            var sent = Stopwatch.GetTimestamp();
            store.Commit(row);
            store.ReadTip(0);
            ticks.Add(Stopwatch.GetTimestamp() - sent);
        }
        return MeasureOf(ticks, Stopwatch.GetElapsedTime(start));
    }

    /// <summary>A PutRecord whose data begins with the present Stopwatch ticks as 19 digits; the request is built before the clock of the put starts.</summary>
    private static SignedRequest Marked(KinesisSession session, string stream, string key)
    {
        var text = Stopwatch.GetTimestamp().ToString("D19", CultureInfo.InvariantCulture).PadRight(RecordBytes, '.');
        var data = Convert.ToBase64String(Encoding.ASCII.GetBytes(text));
        return session.Signer.Prepare("PutRecord", $$"""{"StreamName":"{{stream}}","Data":"{{data}}","PartitionKey":"{{key}}"}""");
    }

    private static long SentTicksOf(JsonElement record) =>
        long.Parse(record.GetProperty("Data").GetBytesFromBase64().AsSpan(0, 19), NumberStyles.None, CultureInfo.InvariantCulture);

    private static void Accept(HttpAnswer answer)
    {
        if (answer.Status != 200)
            throw new InvalidDataException($"PutRecord: {answer.Describe()}");
    }

    private static Row RowOf(string name, BenchmarkContext context, List<long> ticks, (string, Measure)? yardstick, string? target) =>
        Row.Of(name, MeasureOf(ticks, context.Window), yardstick, target, isPaced: true);

    private static Measure MeasureOf(List<long> ticks, TimeSpan elapsed) =>
        new() { Records = ticks.Count, PayloadBytes = ticks.Count * RecordBytes, Elapsed = elapsed, LatencyTicks = ticks };

    /// <summary>Samples from several threads; those of the warm-up are dropped.</summary>
    private sealed class Samples(long measuredFrom)
    {
        public List<long> AnswerToRead { get; } = [];

        public List<long> PutToReceipt { get; } = [];

        public List<long> Put { get; } = [];

        public void Add(List<long> list, long from) => Add(list, from, Stopwatch.GetTimestamp());

        public void Add(List<long> list, long from, long to)
        {
            if (from < measuredFrom)
                return;
            lock (list)
                list.Add(to - from);
        }
    }
}
