using System.Collections.Immutable;
using ActorStreams.Shards.Keys;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Shards.Log;

/// <summary>
/// What a shard is written to by: totals, and a sample of the hash keys, one record of each append, that tells where the middle of the load
/// lies and whether one key makes most of it. A sample stands for its append, so nothing is done per record.
/// </summary>
internal sealed class LoadMeter(TimeProvider time)
{
    /// <summary>Samples kept, of <see cref="Window"/> at most: enough for a median within a few percent of the load.</summary>
    private const int SamplesMax = 512;

    public static readonly TimeSpan Window = TimeSpan.FromSeconds(60);

    /// <summary>A share of fewer samples says more about chance than about the load.</summary>
    private const int HotKeySamplesMin = 16;

    private const int HotKeysMax = 5;
    private const double HotKeyShareMin = 0.05;

    private readonly Queue<Sample> _samples = new();
    private readonly FlowMeter _flow = new(time);
    private long _records;
    private long _bytes;
    private uint _random = 0x9E3779B9;

    /// <param name="Weight">Records and bytes of the append, in units of what a shard of the service takes in a second.</param>
    private readonly record struct Sample(long At, UInt128 HashKey, byte[] PartitionKey, double Weight);

    public void Add(RecordBlock block)
    {
        _records += block.Count;
        _bytes += block.Bytes.Length;
        _flow.Add(block.Count, block.Bytes.Length);
        var nth = (int)(Next() % (uint)block.Count);
        var records = block.GetEnumerator();
        for (var i = 0; i <= nth; i++) records.MoveNext();
        var record = records.Current;
        if (_samples.Count == SamplesMax) _samples.Dequeue();
        _samples.Enqueue(new Sample(
            time.GetTimestamp(), record.ExplicitHashKey ?? HashKeys.Of(record.PartitionKey), record.PartitionKey.ToArray(),
            Math.Max((double)block.Count / LoadUnits.RecordsPerSecond, (double)block.Bytes.Length / LoadUnits.BytesPerSecond)));
    }

    public LoadReply.Measured Measure(Streams.ShardKey shard)
    {
        Forget();
        if (_samples.Count == 0) return new LoadReply.Measured(shard, _records, _bytes, 0, 0, default, 0, "");
        var sorted = _samples.OrderBy(s => s.HashKey).ToList();
        var total = sorted.Sum(s => s.Weight);
        var hot = sorted.GroupBy(s => s.HashKey).MaxBy(g => g.Sum(s => s.Weight))!;
        return new LoadReply.Measured(
            shard, _records, _bytes, sorted.Count, Median(sorted, total), hot.Key, hot.Sum(s => s.Weight) / total,
            System.Text.Encoding.UTF8.GetString(hot.Last().PartitionKey));
    }

    public Flow Flow => _flow.Measure();

    /// <summary>Keys that make a part of the load worth telling, the largest first.</summary>
    public ImmutableArray<KeyShare> HotKeys()
    {
        Forget();
        if (_samples.Count < HotKeySamplesMin) return [];
        var total = _samples.Sum(s => s.Weight);
        return
        [
            .. _samples.GroupBy(s => s.HashKey)
                .Select(g => new KeyShare(g.Key, System.Text.Encoding.UTF8.GetString(g.Last().PartitionKey), g.Sum(s => s.Weight) / total))
                .Where(k => k.Share >= HotKeyShareMin)
                .OrderByDescending(k => k.Share)
                .Take(HotKeysMax),
        ];
    }

    private void Forget()
    {
        while (_samples.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At) > Window) _samples.Dequeue();
    }

    private static UInt128 Median(List<Sample> sorted, double total)
    {
        var sum = 0.0;
        foreach (var sample in sorted)
        {
            sum += sample.Weight;
            if (sum * 2 >= total) return sample.HashKey;
        }
        return sorted[^1].HashKey;
    }

    // Which record of an append is taken must not follow a pattern of the producer's; xorshift is random enough for that.
    private uint Next()
    {
        _random ^= _random << 13;
        _random ^= _random >> 17;
        return _random ^= _random << 5;
    }
}

/// <summary>What one shard of the service takes (quota): the units in which load is told.</summary>
public static class LoadUnits
{
    public const int RecordsPerSecond = 1_000;
    public const int BytesPerSecond = 1 << 20;
}
