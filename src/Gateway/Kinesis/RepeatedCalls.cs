using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>
/// Takes from a put what an earlier try of the same call stored. A shard knows by itself what it stored of a call; asked here are those
/// that would not be sent anything: the parents of shards that took their keys since. For one put of one call.
/// </summary>
internal sealed class RepeatedCalls(IStreams streams, CallIdentity identity, TimeProvider time, ApiCall call)
{
    // Clocks of the gateway and of the stream's owner may differ by this much, and a shard closes a while before the stream notes it.
    private static readonly TimeSpan s_clockSlack = TimeSpan.FromMinutes(2);

    private Incarnation _incarnation;
    private UInt128 _id;

    public bool IsClientToken => identity.IsClientToken;

    /// <summary>A number that all tries of the call have in common.</summary>
    public ulong Scatter() => identity.Scatter();

    /// <summary>
    /// True for a put of which something may or may not be stored, or met a shard that was not ready, when the client tries once more: the next
    /// try finds out, or finds the shard with its next owner. Answered entry by entry it would be the client's last try.
    /// </summary>
    public bool IsForNextTry(PutRequest request, List<ShardPut> puts)
    {
        if (!identity.HasMoreTries) return false;
        foreach (ref readonly var entry in request.Entries)
        {
            if (puts[entry.Block].Reply is not AppendReply.Refused { Error: var error }) continue;
            // What a shard refused for its load, before it judged the call, may be stored by the try before.
            if (error is AppendError.OutcomeUnknown or AppendError.NotReady || (identity.MayBeRepeat && error is AppendError.Overloaded)) return true;
        }
        return false;
    }

    /// <summary>True from the first time on that something of the put was sent twice by the gateway itself.</summary>
    public bool MayBeRepeat { get; private set; } = identity.MayBeRepeat;

    /// <summary>
    /// Before anything is sent, and again when a shard refused because of what others stored: entries that are stored are in puts with
    /// that answer afterwards. Throws the error for a call that can't be judged now, which SDKs retry, or that has another body.
    /// </summary>
    /// <param name="alsoOpen">Open shards answer for themselves when they are sent the same entries, but not for others.</param>
    public async Task FindAsync(PutRequest request, StreamMap map, List<ShardPut> puts, bool alsoOpen)
    {
        MayBeRepeat = true;
        var since = time.GetUtcNow() - ShardOptions.RetryWindowMax - s_clockSlack;
        var asked = map.Description.Shards.Where(s => s.EndingSequenceNumber is null ? alsoOpen : ClosedAfter(s, since)).ToList();
        if (asked.Count == 0) return;
        var id = IdIn(map.Description.Incarnation);
        var replies = await Task.WhenAll(asked.Select(shard => streams.FindCallsAsync(shard.Key, id, call.Aborted)));
        // Parents before their children, as they were written.
        foreach (var (shard, reply) in asked.Zip(replies, (shard, reply) => (shard, reply)).OrderBy(pair => pair.shard.Generation))
        {
            switch (reply)
            {
                case FindCallsReply.Found found when found.IsClosed || shard.EndingSequenceNumber is null:
                    foreach (var block in found.Blocks) Take(request, puts, shard, found.Generation, block);
                    break;
                case FindCallsReply.Refused { Error: AppendError.NotOpened or AppendError.Ended }:
                    break;
                default:
                    // What the map has closed and the shard has not is told by an owner of yesterday.
                    throw KinesisErrors.InternalFailure();
            }
        }
    }

    /// <summary>The tokens of the puts from <paramref name="first"/> on, in their order.</summary>
    public CallToken[] Tokens(PutRequest request, List<ShardPut> puts, int first)
    {
        var entries = request.Entries;
        var tokens = new CallToken[puts.Count - first];
        var sets = tokens.Length == 1 && AllIn(entries, first) ? null : new byte[tokens.Length][];
        if (sets is not null)
        {
            for (var i = 0; i < sets.Length; i++) sets[i] = new byte[(entries.Length + 7) / 8];
            for (var i = 0; i < entries.Length; i++)
            {
                if (entries[i].Block >= first) sets[entries[i].Block - first][i >> 3] |= (byte)(1 << (i & 7));
            }
        }
        for (var i = 0; i < tokens.Length; i++)
        {
            var set = sets is null ? CallEntries.All : new CallEntries(sets[i]);
            tokens[i] = new CallToken(IdIn(puts[first + i].Shard.Key.Incarnation), set, identity.BodyHash, MayBeRepeat);
        }
        return tokens;
    }

    private static bool AllIn(ReadOnlySpan<PutEntry> entries, int put)
    {
        foreach (ref readonly var entry in entries)
        {
            if (entry.Block != put) return false;
        }
        return true;
    }

    private static bool ClosedAfter(ShardDescription shard, DateTimeOffset since) => shard.ClosedAtMs == 0 || shard.ClosedAtMs >= since.ToUnixTimeMilliseconds();

    private void Take(PutRequest request, List<ShardPut> puts, ShardDescription shard, int generation, CallBlock block)
    {
        if (block.BodyHash != identity.BodyHash) throw KinesisErrors.OtherBody();
        var entries = request.Entries;
        var count = 0;
        for (var i = 0; i < entries.Length; i++) count += block.Entries.Contains(i) ? 1 : 0;
        if (count != block.Count) throw new InvalidOperationException($"{shard.Key} stored {block.Count} entries of the call, of which {count} are {block.Entries}.");
        var reply = new AppendReply.Appended(generation, block.Row, block.FirstIndex, block.Count, block.ArrivalMs, IsRepeat: true);
        var put = puts.Count;
        var index = 0;
        for (var i = 0; i < entries.Length; i++)
        {
            if (!block.Entries.Contains(i)) continue;
            ref var entry = ref entries[i];
            if (entry.Block == PutEntry.NoBlock || puts[entry.Block].Reply is not AppendReply.Appended)
            {
                if (put == puts.Count) puts.Add(new ShardPut(shard) { Reply = reply });
                (entry.Block, entry.IndexInBlock) = (put, index);
            }
            index++;
        }
    }

    private UInt128 IdIn(Incarnation incarnation)
    {
        if (incarnation != _incarnation) (_incarnation, _id) = (incarnation, identity.IdIn(incarnation));
        return _id;
    }
}
