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

    /// <summary>Its records were routed again and are another's now.</summary>
    public bool IsRouted { get; set; }
}

/// <summary>Sorts the records of a request by shard and decodes their data straight into the blocks that the shards store.</summary>
/// <param name="patience">How long records wait for the shards that take over the keys of a split or merged one.</param>
/// <param name="rates">Null for none.</param>
internal sealed class PutPlan(IStreams streams, TimeProvider time, TimeSpan patience, IPutRates? rates)
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Stores the records and tells of each shard what became of its part. What shards refused because they are closed or gone is routed
    /// again by the map of today: other shards have their keys, or the stream is there anew under its name. It is not found when its
    /// shards are gone then too.
    /// </summary>
    /// <param name="repeats">Null where nothing names the call: what is sent again is then stored again.</param>
    public async Task<List<ShardPut>> StoreAsync(IPutTarget target, PutRequest request, StreamMap map, ApiCall call, RepeatedCalls? repeats)
    {
        var stream = target.Stream;
        var puts = new List<ShardPut>(Math.Min(map.Open.Length, request.Entries.Length));
        foreach (ref var entry in request.Entries) entry.Block = PutEntry.NoBlock;
        // Under limits a try may let other entries through than the one before, and what is stored must not be refused.
        if (repeats is { MayBeRepeat: true }) await repeats.FindAsync(request, map, puts, alsoOpen: repeats.IsClientToken || rates is not null);
        var found = puts.Count;
        Add(stream, request, map, puts, found);
        await AppendAllAsync(stream, request, puts, found, repeats, call.Aborted);
        if (!puts.Exists(IsElsewhere)) return puts;

        var since = time.GetTimestamp();
        var pause = s_firstPause;
        while (true)
        {
            switch (await streams.MapAsync(stream, call.Aborted))
            {
                case MapResult.Found today when puts.Exists(p => IsClosed(p) && StillOpen(p, today.Map)):
                    // The children are being opened; nothing of these records is stored meanwhile.
                    if (time.GetElapsedTime(since) > patience) return puts;
                    await Task.Delay(pause, time, call.Aborted);
                    pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, s_longestPause.Ticks));
                    break;
                case MapResult.Found today:
                    var isAnew = puts.Exists(IsGone);
                    if (repeats is not null) await repeats.FindAsync(request, today.Map, puts, alsoOpen: puts.Exists(IsOverlapping) || repeats.IsClientToken);
                    var first = puts.Count;
                    Add(stream, request, today.Map, puts, first);
                    await AppendAllAsync(stream, request, puts, first, repeats, call.Aborted);
                    if (puts.FindIndex(first, IsElsewhere) < 0) return puts;
                    if (isAnew && puts.FindIndex(first, IsGone) >= 0) throw target.NotFound();
                    if (time.GetElapsedTime(since) > patience) return puts;
                    break;
                case MapResult.Unavailable:
                    // Of the others something may be stored, so these fail one by one.
                    return puts;
                default:
                    throw target.NotFound();
            }
        }
    }

    private static bool IsElsewhere(ShardPut put) => !put.IsRouted && (IsGone(put) || IsClosed(put) || IsOverlapping(put));

    /// <summary>An earlier try, by another map, stored some of the entries there.</summary>
    private static bool IsOverlapping(ShardPut put) =>
        !put.IsRouted && put.Reply is ShardProtocol.AppendReply.Refused { Error: ShardProtocol.AppendError.CallOverlaps };

    private static bool IsClosed(ShardPut put) => !put.IsRouted && put.Reply is ShardProtocol.AppendReply.Refused { Error: ShardProtocol.AppendError.Closed };

    private static bool StillOpen(ShardPut put, StreamMap map) => map.Open.Any(s => s.Key == put.Shard.Key);

    private static bool IsGone(ShardPut put) =>
        !put.IsRouted && put.Reply is ShardProtocol.AppendReply.Refused { Error: ShardProtocol.AppendError.NotOpened or ShardProtocol.AppendError.Ended };

    /// <summary>Adds puts from <paramref name="first"/> on: at first for all records, later for those whose shard is closed or gone.</summary>
    private void Add(StreamId stream, PutRequest request, StreamMap map, List<ShardPut> puts, int first)
    {
        foreach (ref var entry in request.Entries)
        {
            if (entry.Block != PutEntry.NoBlock && IsElsewhere(puts[entry.Block])) entry.Block = PutEntry.NoBlock;
        }
        foreach (var put in puts) put.IsRouted |= IsElsewhere(put);
        if (!HasUnsent(request)) return;
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
        rates?.Throttle(stream, request, puts, first);
        Build(request, puts, first);
    }

    /// <summary>Makes the blocks of the puts from <paramref name="first"/> on that have no answer yet.</summary>
    internal static void Build(PutRequest request, List<ShardPut> puts, int first)
    {
        for (var i = first; i < puts.Count; i++)
        {
            // Built to size, so that no block is copied as it grows.
            if (puts[i].Reply is null) puts[i].Builder = new RecordBlockBuilder(puts[i].BlockBytes + EncodingSlackBytes);
        }
        Decode(request, puts, first);
    }

    private static bool HasUnsent(PutRequest request)
    {
        foreach (ref readonly var entry in request.Entries)
        {
            if (entry.Block == PutEntry.NoBlock) return true;
        }
        return false;
    }

    /// <summary>Sends the blocks from <paramref name="first"/> on at once and notes the answers.</summary>
    private async Task AppendAllAsync(
        StreamId stream, PutRequest request, List<ShardPut> puts, int first, RepeatedCalls? repeats, CancellationToken cancel)
    {
        if (puts.Count == first) return;
        var tokens = repeats?.Tokens(request, puts, first);
        if (puts.Count - first == 1)
        {
            await AppendAsync(0);
        }
        else
        {
            var appends = new Task[puts.Count - first];
            for (var i = 0; i < appends.Length; i++) appends[i] = AppendAsync(i);
            await Task.WhenAll(appends);
        }
        if (repeats is { IsClientToken: true } && puts.Exists(p => p.Reply is ShardProtocol.AppendReply.Refused { Error: ShardProtocol.AppendError.OtherBody }))
            throw KinesisErrors.OtherBody();

        async Task AppendAsync(int index)
        {
            var put = puts[first + index];
            put.Reply ??= await streams.AppendAsync(stream, put.Shard.Key, put.Builder.Build(), producer: null, tokens?[index], cancel);
        }
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

    /// <summary>The hash keys of all entries, in their order.</summary>
    internal static UInt128[] Hashes(PutRequest request)
    {
        var hashes = new UInt128[request.Entries.Length];
        Hash(request, new (int, int)[hashes.Length], hashes);
        return hashes;
    }

    private static void Hash(PutRequest request, (int, int)[] keys, UInt128[] hashes)
    {
        var entries = request.Entries;
        if (request.SharedKey is { } shared)
        {
            hashes.AsSpan(0, entries.Length).Fill(HashKeys.Of(shared));
            return;
        }
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

    internal static void Assign(ref PutEntry entry, ShardPut put, int number)
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
