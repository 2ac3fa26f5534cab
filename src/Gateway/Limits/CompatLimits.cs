using System.Globalization;
using ActorStreams.Gateway.Kinesis;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Gateway.Limits;

/// <summary>
/// Holds clients to the rates of Kinesis, each with the error that the service gives. Kept by each node for itself, so clients that
/// spread over several nodes get the sum. There is none in open mode. Safe from any thread.
/// </summary>
internal sealed class CompatLimits(TimeProvider time)
{
    private readonly Budgets<ShardKey, ShardBudget> _shards = new(_ => new ShardBudget(time), time);
    private readonly Budgets<(string Account, string Region, string Operation), CallBudget> _calls =
        new(key => new CallBudget(KinesisRates.CallsPerSecond[key.Operation], time), time);
    private readonly Budgets<StreamId, CallBudget> _lists = new(_ => new CallBudget(KinesisRates.ListShardsPerSecond, time), time);
    private readonly Budgets<(string Consumer, ShardKey Shard), CallBudget> _subscriptions =
        new(_ => new CallBudget(KinesisRates.SubscriptionsPerSecond, time), time);

    /// <summary>One call of an operation that has a rate for each account; others pass.</summary>
    public void TakeCall(KinesisCall call)
    {
        if (!KinesisRates.CallsPerSecond.TryGetValue(call.Operation, out var perSecond)) return;
        if (_calls.Of((call.Caller.AccountId, call.Region, call.Operation)).TryCall()) return;
        // Terraform tries again on what begins with "Rate exceeded for stream".
        throw KinesisErrors.LimitExceeded(string.Create(
            CultureInfo.InvariantCulture,
            $"Rate exceeded for streams under account {call.Caller.AccountId}: {call.Operation} takes {perSecond} calls a second."));
    }

    public void TakeListShards(StreamId stream, KinesisCall call)
    {
        if (!_lists.Of(stream).TryCall())
            throw KinesisErrors.LimitExceeded($"Rate exceeded for stream {stream.Name} under account {call.AccountId}.");
    }

    /// <param name="consumerArn">Names one life of a consumer.</param>
    public void TakeSubscription(string consumerArn, ShardKey shard, StreamId stream, KinesisCall call)
    {
        if (!_subscriptions.Of((consumerArn, shard)).TryCall())
            throw KinesisErrors.LimitExceeded(KinesisErrors.RateExceededText(shard.ShardId, stream.Name, call.AccountId));
    }

    /// <summary>The pace of one subscription.</summary>
    public SubscriptionPace NewPace() => new(time);

    public void TakeIterator(ShardKey shard, StreamId stream, KinesisCall call)
    {
        if (!_shards.Of(shard).TryIterator()) throw KinesisErrors.RateExceeded(shard.ShardId, stream.Name, call.AccountId);
    }

    public void TakeGet(ShardIterator iterator, KinesisCall call)
    {
        if (!_shards.Of(iterator.Shard).TryGet())
            throw KinesisErrors.RateExceeded(iterator.Shard.ShardId, iterator.Stream.Name, call.AccountId);
    }

    /// <summary>Counts what a call read, data and keys. Calls that were let in at the same time overdraw together.</summary>
    public void Got(ShardKey shard, ReadResult.Records read)
    {
        long bytes = 0;
        foreach (var slice in read.Slices)
        {
            var left = slice.Count;
            foreach (var record in slice.Batch.RecordsFrom(slice.FromIndex))
            {
                if (left-- == 0) break;
                bytes += record.Data.Length + record.PartitionKey.Length;
            }
        }
        if (bytes > 0) _shards.Of(shard).Got(bytes);
    }

    /// <summary>
    /// Refuses the entries that are beyond the rate of their shard. Of the entries of one shard the first ones are kept, and none after
    /// one that is refused: records of one key must not overtake each other.
    /// </summary>
    /// <param name="puts">Where the entries are assigned to; refused ones are in puts with that reply afterwards.</param>
    /// <param name="first">Entries assigned before this one have been sent already.</param>
    public void Throttle(PutRequest request, List<ShardPut> puts, int first)
    {
        var tallies = new Tally[puts.Count - first];
        for (var i = 0; i < tallies.Length; i++) tallies[i] = new Tally(_shards.Of(puts[first + i].Shard.Key));
        foreach (ref var entry in request.Entries)
        {
            if (entry.Block < first) continue;
            ref var tally = ref tallies[entry.Block - first];
            if (tally.Refused is null && tally.Budget.TryPut(entry.KeyBytes + entry.DataBytes))
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
        refused.Reply = new AppendReply.Refused(AppendError.Overloaded, "The shard's rate is used up.");
        if (!isUsed) return number;
        puts.Add(refused);
        return puts.Count - 1;
    }

    private struct Tally(ShardBudget budget)
    {
        public readonly ShardBudget Budget = budget;

        /// <summary>Something goes to the shard.</summary>
        public bool IsUsed;

        /// <summary>Which put the refused entries are in.</summary>
        public int? Refused;
    }
}
