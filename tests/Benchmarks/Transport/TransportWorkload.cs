using System.Diagnostics;
using System.Net;
using ActorStreams.Benchmarks.Load;
using ActorStreams.Benchmarks.Reporting;
using ActorStreams.Benchmarks.Workloads;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using ActorStreams.Shards.Transfer;
using Akka.Actor;

namespace ActorStreams.Benchmarks.Transport;

/// <summary>
/// 10 MiB appends from one node to another at full rate, in three ways: one message each, the product's chunks, and HTTP/2 beside the
/// remoting; with what they do to heart-beats and to a user's pings. Without a store, so that only the way is measured.
/// </summary>
public sealed class TransportWorkload : IWorkload
{
    private const int BlockBytes = 10 << 20;
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PingInterval = TimeSpan.FromMilliseconds(5);

    /// <summary>What one message of 10 MiB needs.</summary>
    private const string LargeFrames =
        "akka.remote.dot-netty.tcp { maximum-frame-size = 16000000b, send-buffer-size = 16000000b, receive-buffer-size = 16000000b }";

    private static readonly ShardProtocol.Append s_append = new(new ShardKey("us-east-1", new Incarnation(1), 0), Block());

    private delegate Task SendAsync(TransportPair pair);

    public async Task RunAsync(BenchmarkContext context)
    {
        await RunAsync(context, "nothing beside the pings", "", [0], _ => Task.CompletedTask);
        await RunAsync(context, "one message", LargeFrames, [1, 4], async pair => Expect(await pair.Shard.Ask<ShardProtocol.AppendReply>(s_append, AnswerTimeout)));
        await RunAsync(context, "chunks", "", [1, 4, 16], async pair =>
            Expect(await LargeAppend.SendAsync(pair.System, pair.Shard, s_append, AnswerTimeout, CancellationToken.None)));
        using var client = new HttpClient(new SocketsHttpHandler { EnableMultipleHttp2Connections = false })
        {
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        await RunAsync(context, "HTTP/2", "", [1, 4], async pair =>
        {
            using var content = new ReadOnlyMemoryContent(s_append.Block.Bytes);
            using var answer = await client.PostAsync(pair.Http, content);
            answer.EnsureSuccessStatusCode();
        });
    }

    private static async Task RunAsync(BenchmarkContext context, string way, string more, int[] concurrencies, SendAsync send)
    {
        await using var pair = await TransportPair.StartAsync(more);
        foreach (var concurrency in concurrencies)
            await RunAsync(context, pair, concurrency == 0 ? way : $"10 MiB by {way}, {concurrency} at once", concurrency, send);
    }

    private static async Task RunAsync(BenchmarkContext context, TransportPair pair, string name, int concurrency, SendAsync send)
    {
        var appends = 0;
        using var over = new CancellationTokenSource();
        var senders = Enumerable.Range(0, concurrency).Select(_ => Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                await send(pair);
                Interlocked.Increment(ref appends);
            }
        })).ToArray();
        await Task.Delay(WarmUp);
        var (before, cpuBefore, start) = (Volatile.Read(ref appends), Cpu(pair), Stopwatch.GetTimestamp());
        var pings = await PingAsync(pair.Echo, context.Window);
        var (after, cpuAfter, elapsed) = (Volatile.Read(ref appends), Cpu(pair), Stopwatch.GetElapsedTime(start));
        var heartBeats = CountingFailureDetector.DelaysSince(start, TransportSystem.HeartBeatInterval);
        await over.CancelAsync();
        await Task.WhenAll(senders);

        if (concurrency > 0)
        {
            var megabytes = (after - before) * (double)BlockBytes / 1e6;
            context.Report.Add(new Figure(name, "throughput", megabytes / elapsed.TotalSeconds, "MB/s", null));
            context.Report.Add(new Figure(name, "CPU of both nodes", (cpuAfter - cpuBefore).TotalMilliseconds / megabytes * 1000, "ms/GB", null));
        }
        Add("ping and its answer", pings);
        Add("heart-beat late by", heartBeats);

        void Add(string what, List<long> ticks)
        {
            var percentiles = Percentiles.Of(ticks) ?? default;
            context.Report.Add(new Figure(name, $"{what}, p50", percentiles.P50Ms, "ms", null));
            context.Report.Add(new Figure(name, $"{what}, p99", percentiles.P99Ms, "ms", null));
            context.Report.Add(new Figure(name, $"{what}, max", Percentiles.Max(ticks), "ms", null));
        }
    }

    private static TimeSpan Cpu(TransportPair pair) => Usage.OfThisProcess().Cpu + pair.PeerCpu;

    /// <summary>Sent on time, whether the ones before are answered or not.</summary>
    private static async Task<List<long>> PingAsync(IActorRef echo, TimeSpan window)
    {
        var pings = new List<Task<long>>();
        using var timer = new PeriodicTimer(PingInterval);
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < window; await timer.WaitForNextTickAsync())
            pings.Add(OneAsync());
        return [.. await Task.WhenAll(pings)];

        async Task<long> OneAsync()
        {
            var sent = Stopwatch.GetTimestamp();
            await echo.Ask<string>("ping", AnswerTimeout);
            return Stopwatch.GetTimestamp() - sent;
        }
    }

    private static void Expect(ShardProtocol.AppendReply reply)
    {
        if (reply is not ShardProtocol.AppendReply.Appended) throw new InvalidDataException($"The append was answered {reply}.");
    }

    private static RecordBlock Block()
    {
        var block = new RecordBlockBuilder(BlockBytes + 1024);
        var data = new byte[1 << 20];
        Random.Shared.NextBytes(data);
        while (block.Bytes < BlockBytes - data.Length - 64) block.Add("key"u8, null, data);
        block.Add("key"u8, null, data.AsSpan(0, BlockBytes - block.Bytes - 64));
        return block.Build();
    }
}
