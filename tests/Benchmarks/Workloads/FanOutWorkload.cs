using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ActorStreams.Benchmarks.Load;
using ActorStreams.Benchmarks.Reporting;

namespace ActorStreams.Benchmarks.Workloads;

/// <summary>
/// A shard with 1,000 records/s from four paced producers and a fan-out consumer that it is pushed to. Each record carries the time it was
/// sent, so put to receipt is the way of a record from one client's call to the other one's hands, durable on the way.
/// </summary>
public sealed class FanOutWorkload : IWorkload
{
    private const int Producers = 4;
    private const int RecordsPerSecond = 1_000;
    private const int RecordBytes = 100;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public async Task RunAsync(BenchmarkContext context)
    {
        var node = await context.NodeAsync();
        var stream = context.NewStreamName("fanout");
        using var control = node.Connect();
        control.CreateStream(stream, 1);
        var consumer = Register(control, stream);
        var subscribe = node.Signer.Prepare(
            "SubscribeToShard", $$$"""{"ConsumerARN":"{{{consumer}}}","ShardId":"shardId-000000000000","StartingPosition":{"Type":"TRIM_HORIZON"}}""");

        var measuredFrom = Stopwatch.GetTimestamp() + (long)(WarmUp.TotalSeconds * Stopwatch.Frequency);
        var (ticks, putTicks, puts) = (new List<long>(), new List<long>(), 0);
        using var over = new CancellationTokenSource(WarmUp + context.Window);
        var usageBefore = node.Usage?.Invoke();
        BlockingThreads.Run(Producers + 1, index =>
        {
            if (index < Producers)
            {
                using var session = node.Connect();
                Interlocked.Add(ref puts, Produce(session, stream, index, putTicks, measuredFrom, over.Token));
                return;
            }
            using var events = new PushedEvents(node.Endpoint, subscribe, Patience);
            Receive(events, ticks, measuredFrom, over.Token);
        });
        var cpu = node.Usage?.Invoke().Cpu - usageBefore?.Cpu;
        control.Call("DeleteStream", $$"""{"StreamName":"{{stream}}","EnforceConsumerDeletion":true}""");
        context.Report.Add(Row.Of("put to receipt, pushed", MeasureOf(ticks, context), null, "p50 < 2 ms, p99 < 15 ms", isPaced: true));
        context.Report.Add(Row.Of("put to its answer, beside it", MeasureOf(putTicks, context), null, null, isPaced: true));
        if (cpu is { } spent) context.Report.Add(new Figure("put to receipt, pushed", "server CPU a record, put and pushed", spent.TotalMicroseconds / puts, "us", null));
    }

    private static string Register(KinesisSession control, string stream)
    {
        var summary = control.Call("DescribeStreamSummary", $$"""{"StreamName":"{{stream}}"}""").Body;
        var arn = KinesisAnswers.Text(summary, "\"StreamARN\":\""u8);
        var registered = control.Call("RegisterStreamConsumer", $$"""{"StreamARN":"{{arn}}","ConsumerName":"bench"}""").Body;
        return KinesisAnswers.Text(registered, "\"ConsumerARN\":\""u8) ?? throw new InvalidDataException("RegisterStreamConsumer gave no ARN.");
    }

    private static Measure MeasureOf(List<long> ticks, BenchmarkContext context) =>
        new() { Records = ticks.Count, PayloadBytes = ticks.Count * RecordBytes, Elapsed = context.Window, LatencyTicks = ticks };

    private static int Produce(KinesisSession session, string stream, int producer, List<long> putTicks, long measuredFrom, CancellationToken over)
    {
        var interval = TimeSpan.FromSeconds(1.0 * Producers / RecordsPerSecond);
        var start = Stopwatch.GetTimestamp();
        var i = 0;
        for (; !over.IsCancellationRequested; i++)
        {
            var sent = Stopwatch.GetTimestamp();
            var text = sent.ToString("D19", CultureInfo.InvariantCulture).PadRight(RecordBytes, '.');
            var data = Convert.ToBase64String(Encoding.ASCII.GetBytes(text));
            session.Call("PutRecord", $$"""{"StreamName":"{{stream}}","Data":"{{data}}","PartitionKey":"producer-{{producer}}-{{i}}"}""");
            if (sent >= measuredFrom)
            {
                lock (putTicks) putTicks.Add(Stopwatch.GetTimestamp() - sent);
            }
            var wait = interval * (i + 1) - Stopwatch.GetElapsedTime(start);
            if (wait > TimeSpan.Zero) over.WaitHandle.WaitOne(wait);
        }
        return i;
    }

    private static void Receive(PushedEvents events, List<long> ticks, long measuredFrom, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            var payload = events.Next();
            var received = Stopwatch.GetTimestamp();
            if (KinesisAnswers.RecordCount(payload) == 0) continue;
            using var e = JsonDocument.Parse(payload.ToArray());
            foreach (var record in e.RootElement.GetProperty("Records").EnumerateArray())
            {
                var sent = long.Parse(record.GetProperty("Data").GetBytesFromBase64().AsSpan(0, 19), NumberStyles.None, CultureInfo.InvariantCulture);
                if (sent >= measuredFrom) ticks.Add(received - sent);
            }
        }
    }
}
