using System.Buffers;
using System.Buffers.Text;
using ActorStreams.Gateway.Limits;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>What one request puts into one shard, and what became of it.</summary>
internal sealed class ShardPut(ShardDescription shard)
{
    public ShardDescription Shard { get; } = shard;

    /// <summary>What the records come to in the block.</summary>
    public int BlockBytes { get; set; }

    public RecordBlockBuilder Builder { get; set; } = null!;

    /// <summary>Null until there is one; there at once for records that the gateway itself refuses.</summary>
    public ShardProtocol.AppendReply Reply { get; set; } = null!;
}

/// <summary>Sorts the records of a request by shard and decodes their data straight into the blocks that the shards store.</summary>
internal static class PutPlan
{
    /// <summary>
    /// Stores the records and tells of each shard what became of its part. What shards refused because they are gone is routed once more by
    /// the map of today: the stream may be there anew under its name. It is not found when its shards are gone then too.
    /// </summary>
    public static async Task<List<ShardPut>> StoreAsync(
        IStreams streams, StreamId stream, PutRequest request, StreamMap map, CompatLimits? limits, KinesisCall call)
    {
        var puts = new List<ShardPut>(Math.Min(map.Open.Length, request.Entries.Length));
        Add(request, map, puts, first: 0, limits);
        await AppendAllAsync(streams, stream, puts, first: 0, call.Aborted);
        if (!puts.Exists(IsGone)) return puts;

        switch (await streams.MapAsync(stream, call.Aborted))
        {
            case MapResult.Found today:
                var first = puts.Count;
                Add(request, today.Map, puts, first, limits);
                await AppendAllAsync(streams, stream, puts, first, call.Aborted);
                return puts.FindIndex(first, IsGone) < 0 ? puts : throw call.StreamNotFound(stream);
            case MapResult.Unavailable:
                // Of the others something may be stored, so these fail one by one.
                return puts;
            default:
                throw call.StreamNotFound(stream);
        }
    }

    private static bool IsGone(ShardPut put) =>
        put.Reply is ShardProtocol.AppendReply.Refused { Error: ShardProtocol.AppendError.NotOpened or ShardProtocol.AppendError.Ended };

    /// <summary>Adds puts from <paramref name="first"/> on: at first for all records, later for those whose shard is gone.</summary>
    private static void Add(PutRequest request, StreamMap map, List<ShardPut> puts, int first, CompatLimits? limits)
    {
        foreach (ref var entry in request.Entries)
        {
            if (first == 0 || IsGone(puts[entry.Block])) entry.Block = PutEntry.NoBlock;
        }
        if (map.Open.Length == 1)
        {
            puts.Add(new ShardPut(map.Open[0]));
            foreach (ref var entry in request.Entries)
            {
                if (entry.Block == PutEntry.NoBlock) Assign(ref entry, puts[first], first);
            }
        }
        else
        {
            Route(request, map, puts);
        }
        limits?.Throttle(request, puts, first);
        for (var i = first; i < puts.Count; i++)
        {
            // Built to size, so that no block is copied as it grows.
            if (puts[i].Reply is null) puts[i].Builder = new RecordBlockBuilder(puts[i].BlockBytes + EncodingSlackBytes);
        }
        Decode(request, puts, first);
    }

    /// <summary>Sends the blocks from <paramref name="first"/> on at once and notes the answers.</summary>
    private static async Task AppendAllAsync(IStreams streams, StreamId stream, List<ShardPut> puts, int first, CancellationToken cancel)
    {
        if (puts.Count - first == 1)
        {
            await AppendAsync(puts[first]);
            return;
        }
        var appends = new Task[puts.Count - first];
        for (var i = 0; i < appends.Length; i++) appends[i] = AppendAsync(puts[first + i]);
        await Task.WhenAll(appends);

        async Task AppendAsync(ShardPut put) =>
            put.Reply ??= await streams.AppendAsync(stream, put.Shard.Key, put.Builder.Build(), producer: null, cancel);
    }

    // A builder asks for the longest header of two varints and a hash key before it knows the real one.
    private const int EncodingSlackBytes = 26;

    private static void Route(PutRequest request, StreamMap map, List<ShardPut> puts)
    {
        var entries = request.Entries;
        var keys = ArrayPool<(int, int)>.Shared.Rent(entries.Length);
        var hashes = ArrayPool<UInt128>.Shared.Rent(entries.Length);
        // For each open shard, the number of its put in the list, from 1.
        var putOfShard = ArrayPool<int>.Shared.Rent(map.Open.Length);
        try
        {
            putOfShard.AsSpan(0, map.Open.Length).Clear();
            Hash(request, keys, hashes);
            for (var i = 0; i < entries.Length; i++)
            {
                if (entries[i].Block != PutEntry.NoBlock) continue;
                var shard = map.Router.Route(hashes[i]);
                if (putOfShard[shard] == 0)
                {
                    puts.Add(new ShardPut(map.Open[shard]));
                    putOfShard[shard] = puts.Count;
                }
                var put = putOfShard[shard] - 1;
                Assign(ref entries[i], puts[put], put);
            }
        }
        finally
        {
            ArrayPool<(int, int)>.Shared.Return(keys);
            ArrayPool<UInt128>.Shared.Return(hashes);
            ArrayPool<int>.Shared.Return(putOfShard);
        }
    }

    private static void Hash(PutRequest request, (int, int)[] keys, UInt128[] hashes)
    {
        var entries = request.Entries;
        var explicitKeys = 0;
        for (var i = 0; i < entries.Length; i++)
        {
            keys[i] = (entries[i].KeyOffset, entries[i].KeyBytes);
            if (entries[i].HasHashKey) explicitKeys++;
        }
        if (explicitKeys < entries.Length) PartitionKeyHasher.HashAll(request.Body, keys.AsSpan(0, entries.Length), hashes);
        for (var i = 0; explicitKeys > 0 && i < entries.Length; i++)
        {
            if (entries[i].HasHashKey) hashes[i] = ExplicitHashKey(request, entries[i])!.Value;
        }
    }

    private static void Assign(ref PutEntry entry, ShardPut put, int number)
    {
        entry.Block = number;
        put.BlockBytes += BlockBytes(entry);
    }

    /// <summary>What a record comes to in its block.</summary>
    public static int BlockBytes(in PutEntry entry)
    {
        // Varints: keys are at most 1 KiB and data at most 10 MiB.
        var keyHeader = entry.KeyBytes < 64 ? 1 : 2;
        var dataHeader = entry.DataBytes < 128 ? 1 : entry.DataBytes < 16_384 ? 2 : entry.DataBytes < 2_097_152 ? 3 : 4;
        return keyHeader + dataHeader + (entry.HasHashKey ? 16 : 0) + entry.KeyBytes + entry.DataBytes;
    }

    private static void Decode(PutRequest request, List<ShardPut> puts, int first)
    {
        foreach (ref var entry in request.Entries)
        {
            if (entry.Block < first || puts[entry.Block].Reply is not null) continue;
            var builder = puts[entry.Block].Builder;
            entry.IndexInBlock = builder.Count;
            var place = builder.Begin(request.Key(entry), ExplicitHashKey(request, entry), entry.DataBytes);
            if (!request.IsBase64)
            {
                request.Data(entry).CopyTo(place);
                continue;
            }
            var status = Base64.DecodeFromUtf8(request.Data(entry), place, out _, out var written);
            // The text was checked before; what is left is a last character with bits that no encoder sets.
            if (status != OperationStatus.Done || written != entry.DataBytes) throw KinesisErrors.Malformed();
        }
    }

    private static UInt128? ExplicitHashKey(PutRequest request, in PutEntry entry) =>
        entry.HasHashKey && HashKeys.TryParse(request.HashKey(entry), out var key, out _) ? key : null;
}
