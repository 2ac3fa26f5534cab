using System.Collections.Concurrent;
using System.Text;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Shards.Tests.Faults;

/// <summary>
/// Records that were sent under tags of their own and what was answered, held against what the shards contain in the end: an
/// acknowledged one is there exactly once and where its acknowledgement says, any other at most once.
/// </summary>
internal sealed class Sent
{
    private readonly ConcurrentDictionary<string, (ShardKey Shard, long Row, int Index)> _acknowledged = new();
    private readonly ConcurrentDictionary<string, string> _refused = new();

    public int Acknowledged => _acknowledged.Count;

    public IEnumerable<string> Refusals => _refused.Values;

    public int AcknowledgedOf(ShardKey shard) => _acknowledged.Values.Count(a => a.Shard == shard);

    /// <summary>The highest row of the shard that was acknowledged to anybody, 0 when none.</summary>
    public long TipOf(ShardKey shard) => _acknowledged.Values.Where(a => a.Shard == shard).Select(a => a.Row).DefaultIfEmpty().Max();

    public void Acknowledge(string tag, ShardKey shard, long row, int index) => _acknowledged[tag] = (shard, row, index);

    public void Refuse(string tag, string why) => _refused[tag] = why;

    /// <summary>One record of that tag and nothing else; its answer is taken down.</summary>
    public async Task<ShardProtocol.AppendReply> AppendAsync(IStreams streams, ShardKey shard, string tag)
    {
        var block = new RecordBlockBuilder();
        block.Add("key"u8, null, Encoding.UTF8.GetBytes(tag));
        var reply = await streams.AppendAsync(new StreamId(shard.Region, "any"), shard, block.Build(), null, CancellationToken.None);
        if (reply is ShardProtocol.AppendReply.Appended a) Acknowledge(tag, shard, a.Row, a.FirstIndex);
        else Refuse(tag, reply.ToString()!);
        return reply;
    }

    public async Task VerifyAsync(IStreams streams, IEnumerable<ShardKey> shards)
    {
        var found = new Dictionary<string, List<(ShardKey Shard, long Row, int Index)>>();
        foreach (var shard in shards)
        {
            foreach (var (tag, row, index) in await RecordsAsync(streams, shard))
            {
                if (!found.TryGetValue(tag, out var places)) found[tag] = places = [];
                places.Add((shard, row, index));
            }
        }
        Assert.All(found, f => Assert.True(f.Value.Count == 1, $"{f.Key} is there {f.Value.Count} times: {string.Join(", ", f.Value)}."));
        Assert.All(_acknowledged, a => Assert.True(
            found.TryGetValue(a.Key, out var places) && places[0] == a.Value, $"{a.Key} was acknowledged as {a.Value} but is not there."));
        Assert.All(_refused.Where(r => !r.Value.Contains("OutcomeUnknown", StringComparison.Ordinal) && !r.Value.StartsWith("failed", StringComparison.Ordinal)),
            r => Assert.False(found.ContainsKey(r.Key), $"{r.Key} was refused with '{r.Value}' but is there."));
    }

    /// <summary>All of a shard's records from its horizon on.</summary>
    public static async Task<List<(string Tag, long Row, int Index)>> RecordsAsync(IStreams streams, ShardKey shard)
    {
        var all = new List<(string, long, int)>();
        var next = ShardPosition.TrimHorizon;
        while (true)
        {
            var read = await streams.ReadAsync(shard, next, 5_000, 4 << 20, TimeSpan.Zero, CancellationToken.None);
            var records = Assert.IsType<ReadResult.Records>(read);
            foreach (var slice in records.Slices) AddTags(slice, all);
            if (records.Slices.Length == 0 || records.Next is not { } after) return all;
            next = after;
        }
    }

    private static void AddTags(BatchSlice slice, List<(string, long, int)> all)
    {
        var records = slice.Batch.RecordsFrom(slice.FromIndex);
        for (var i = 0; i < slice.Count && records.MoveNext(); i++)
            all.Add((Encoding.UTF8.GetString(records.Current.Data), slice.Batch.Row, records.Index));
    }
}
