using System.Collections.Frozen;
using System.Globalization;
using ActorStreams.Gateway.Auth;
using ActorStreams.Gateway.Firehose;
using ActorStreams.Gateway.Kinesis;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Limits;

/// <summary>
/// Holds clients to the rates of Kinesis and Firehose, each with the error that the service gives. Kept by each node for itself, so clients that
/// spread over several nodes get the sum. There is none in open mode. Safe from any thread.
/// </summary>
internal sealed class CompatLimits(TimeProvider time) : IPutRates
{
    private readonly Budgets<ShardKey, ShardBudget> _shards = new(_ => new ShardBudget(time), time);
    private readonly Budgets<(string Account, string Region, ServiceApi Api, string Operation), CallBudget> _calls =
        new(key => new CallBudget(CallsPerSecond(key.Api)[key.Operation], time), time);
    private readonly Budgets<StreamId, CallBudget> _lists = new(_ => new CallBudget(KinesisRates.ListShardsPerSecond, time), time);
    private readonly Budgets<(string Consumer, ShardKey Shard), CallBudget> _subscriptions =
        new(_ => new CallBudget(KinesisRates.SubscriptionsPerSecond, time), time);

    /// <summary>One call of an operation that has a rate for each account; others pass.</summary>
    public void TakeCall(ApiCall call)
    {
        if (!CallsPerSecond(call.Api).TryGetValue(call.Operation, out var perSecond)) return;
        if (_calls.Of((call.Caller.AccountId, call.Region, call.Api, call.Operation)).TryCall()) return;
        if (call.Api == ServiceApi.Firehose) throw FirehoseErrors.Throttled(call.Operation, perSecond);
        // Terraform tries again on what begins with "Rate exceeded for stream".
        throw KinesisErrors.LimitExceeded(string.Create(
            CultureInfo.InvariantCulture,
            $"Rate exceeded for streams under account {call.Caller.AccountId}: {call.Operation} takes {perSecond} calls a second."));
    }

    /// <summary>Records of a shard.</summary>
    public IPutBudget Begin(StreamId stream, ShardKey shard) => _shards.Of(shard);

    public void TakeListShards(StreamId stream, ApiCall call)
    {
        if (!_lists.Of(stream).TryCall())
            throw KinesisErrors.LimitExceeded($"Rate exceeded for stream {stream.Name} under account {call.AccountId}.");
    }

    /// <param name="consumerArn">Names one life of a consumer.</param>
    public void TakeSubscription(string consumerArn, ShardKey shard, StreamId stream, ApiCall call)
    {
        if (!_subscriptions.Of((consumerArn, shard)).TryCall())
            throw KinesisErrors.LimitExceeded(KinesisErrors.RateExceededText(shard.ShardId, stream.Name, call.AccountId));
    }

    /// <summary>The pace of one subscription.</summary>
    public SubscriptionPace NewPace() => new(time);

    public void TakeIterator(ShardKey shard, StreamId stream, ApiCall call)
    {
        if (!_shards.Of(shard).TryIterator()) throw KinesisErrors.RateExceeded(shard.ShardId, stream.Name, call.AccountId);
    }

    public void TakeGet(ShardIterator iterator, ApiCall call)
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

    private static FrozenDictionary<string, long> CallsPerSecond(ServiceApi api) =>
        api == ServiceApi.Firehose ? FirehoseRates.CallsPerSecond : KinesisRates.CallsPerSecond;
}
