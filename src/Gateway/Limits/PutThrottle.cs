using ActorStreams.Gateway.Kinesis;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Gateway.Limits;

/// <summary>What a shard or delivery stream may still be sent in this second. Safe from any thread.</summary>
internal interface IPutBudget
{
    /// <summary>Takes one record, or nothing.</summary>
    bool TryPut(in PutEntry entry);
}

/// <summary>The rates of puts. Safe from any thread.</summary>
internal interface IPutRates
{
    /// <summary>Of one put; what it counts by itself is taken. Null where that is not there: then nothing of the put fits.</summary>
    IPutBudget? Begin(StreamId stream, ShardKey shard);
}

internal static class PutThrottle
{
    /// <summary>
    /// Refuses the entries that are beyond the rate of their shard. Of the entries of one shard the first ones are kept, and none after
    /// one that is refused: records of one key must not overtake each other.
    /// </summary>
    /// <param name="puts">Where the entries are assigned to; refused ones are in puts with that reply afterwards.</param>
    /// <param name="first">Entries assigned before this one have been sent already.</param>
    public static void Throttle(this IPutRates rates, StreamId stream, PutRequest request, List<ShardPut> puts, int first)
    {
        var tallies = new Tally[puts.Count - first];
        for (var i = 0; i < tallies.Length; i++) tallies[i] = new Tally(rates.Begin(stream, puts[first + i].Shard.Key));
        foreach (ref var entry in request.Entries)
        {
            if (entry.Block < first) continue;
            ref var tally = ref tallies[entry.Block - first];
            if (tally.Refused is null && tally.Budget?.TryPut(entry) == true)
            {
                tally.IsUsed = true;
                continue;
            }
            puts[entry.Block].BlockBytes -= PutPlan.BlockBytes(entry);
            tally.Refused ??= Refuse(puts, entry.Block, tally.IsUsed);
            entry.Block = tally.Refused.Value;
        }
    }

    private static int Refuse(List<ShardPut> puts, int number, bool isUsed)
    {
        var refused = isUsed ? new ShardPut(puts[number].Shard) : puts[number];
        refused.Reply = new AppendReply.Refused(AppendError.Overloaded, "The rate is used up.");
        if (!isUsed) return number;
        puts.Add(refused);
        return puts.Count - 1;
    }

    private struct Tally(IPutBudget? budget)
    {
        public readonly IPutBudget? Budget = budget;

        /// <summary>Something goes to the shard.</summary>
        public bool IsUsed;

        /// <summary>Which put the refused entries are in.</summary>
        public int? Refused;
    }
}
