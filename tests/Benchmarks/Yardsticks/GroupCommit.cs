using System.Diagnostics;
using ActorStreams.Benchmarks.Load;

namespace ActorStreams.Benchmarks.Yardsticks;

/// <summary>
/// Drives a yardstick as a closed loop of producers, as the load generator drives the node: each producer hands over one request's payload
/// spread evenly over the shards and waits until it is durable. The one writer thread takes everything that waits, joins it to one row per
/// shard, and commits once: group commit at its simplest. The producers cost next to nothing, so this is the store's own limit.
/// </summary>
public sealed class GroupCommit(IYardstick store, int producers, int shards, int recordsPerRequest, int recordBytes)
{
    private readonly int _requestBytes = recordsPerRequest * recordBytes;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _work = new(0);
    private List<Producer> _waiting = [];

    /// <summary>Commits for the given time. <paramref name="usage"/> observes a store outside this process; one inside is this process's own use.</summary>
    public Measure Run(TimeSpan window, Func<Usage>? usage)
    {
        var sources = Enumerable.Range(0, producers).Select(i => new Producer(this, i)).ToList();
        var before = (usage ?? Usage.OfThisProcess)();
        var start = Stopwatch.GetTimestamp();
        using var over = new CancellationTokenSource(window);
        var threads = sources.Select(p => new Thread(() => p.Run(over.Token)) { IsBackground = true }).ToList();
        threads.ForEach(t => t.Start());
        var requests = CommitUntil(over.Token);
        var elapsed = Stopwatch.GetElapsedTime(start);
        var used = (usage ?? Usage.OfThisProcess)() - before;
        sources.ForEach(p => p.Durable.Release());
        threads.ForEach(t => t.Join());
        return new Measure
        {
            Records = requests * recordsPerRequest,
            PayloadBytes = requests * recordsPerRequest * recordBytes,
            Elapsed = elapsed,
            LatencyTicks = sources.SelectMany(p => p.LatencyTicks).ToList(),
            ServerCpu = used.Cpu,
            WrittenBytes = used.WrittenBytes,
        };
    }

    private long CommitUntil(CancellationToken over)
    {
        var requests = 0L;
        while (!over.IsCancellationRequested)
        {
            // Bounded: the last producer may have seen the end of the window and gone between this loop's look at it and here.
            if (!_work.Wait(TimeSpan.FromMilliseconds(100))) continue;
            List<Producer> batch;
            lock (_lock)
                (batch, _waiting) = (_waiting, []);
            if (batch.Count == 0)
                continue;
            store.Commit(JoinPerShard(batch));
            requests += batch.Count;
            batch.ForEach(p => p.Durable.Release());
        }
        return requests;
    }

    private List<ReadOnlyMemory<byte>> JoinPerShard(List<Producer> batch)
    {
        var rows = new List<ReadOnlyMemory<byte>>(shards);
        for (var shard = 0; shard < shards; shard++)
        {
            var row = new byte[batch.Sum(p => p.PayloadOf(shard).Length)];
            var written = 0;
            foreach (var producer in batch)
            {
                producer.PayloadOf(shard).CopyTo(row.AsSpan(written));
                written += producer.PayloadOf(shard).Length;
            }
            rows.Add(row);
        }
        return rows;
    }

    private void Enqueue(Producer producer)
    {
        lock (_lock)
            _waiting.Add(producer);
        _work.Release();
    }

    private sealed class Producer
    {
        private readonly GroupCommit _owner;
        private readonly byte[] _payload;

        public Producer(GroupCommit owner, int index)
        {
            _owner = owner;
            _payload = new byte[owner._requestBytes];
            new Random(index).NextBytes(_payload);
        }

        public SemaphoreSlim Durable { get; } = new(0);

        public List<long> LatencyTicks { get; } = new(capacity: 16_384);

        public ReadOnlySpan<byte> PayloadOf(int shard)
        {
            var (from, to) = (_owner.RecordBoundary(shard), _owner.RecordBoundary(shard + 1));
            return _payload.AsSpan(from, to - from);
        }

        public void Run(CancellationToken over)
        {
            while (!over.IsCancellationRequested)
            {
                var sent = Stopwatch.GetTimestamp();
                _owner.Enqueue(this);
                Durable.Wait(CancellationToken.None);
                LatencyTicks.Add(Stopwatch.GetTimestamp() - sent);
            }
        }
    }

    private int RecordBoundary(int shard) => recordsPerRequest * shard / shards * recordBytes;
}
