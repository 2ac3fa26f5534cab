using System.Collections.Concurrent;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Shards.Client;

/// <summary>
/// What readers of this node were given, of each shard, until its owner is told with the next read: an owner sees nothing of what is read out
/// of the store. Counted once a read.
/// </summary>
internal sealed class TakenRecords
{
    private readonly ConcurrentDictionary<ShardKey, Taken> _taken = new();

    /// <summary>What the owner does not know of yet; it is taken as told.</summary>
    public Taken Report(ShardKey shard) => _taken.TryRemove(shard, out var taken) ? taken : default;

    public ReadResult Note(ShardKey shard, ReadResult result)
    {
        if (result is ReadResult.Records { Slices.IsEmpty: false } records)
        {
            var (count, bytes) = (0L, 0L);
            foreach (var slice in records.Slices)
            {
                count += slice.Count;
                bytes += (long)slice.Batch.Encoded.Length * slice.Count / slice.Batch.Count;
            }
            _taken.AddOrUpdate(
                shard, static (_, more) => more, static (_, before, more) => new Taken(before.Records + more.Records, before.Bytes + more.Bytes),
                new Taken(count, bytes));
        }
        return result;
    }
}
