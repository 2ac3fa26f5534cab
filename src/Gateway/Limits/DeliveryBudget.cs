using ActorStreams.Gateway.Kinesis;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Limits;

/// <summary>What one delivery stream may still be sent in this second. Safe from any thread.</summary>
internal sealed class DeliveryBudget(PutRates rates, TimeProvider time) : IPutBudget
{
    private readonly Lock _lock = new();
    private RateBucket _requests = new(rates.Requests, time);
    private RateBucket _records = new(rates.Records, time);
    private RateBucket _bytes = new(rates.Bytes, time);

    public bool TryRequest()
    {
        lock (_lock)
        {
            if (!_requests.Holds(1, time.GetTimestamp())) return false;
            _requests.Take(1);
            return true;
        }
    }

    /// <summary>Its data alone count: the key is ours.</summary>
    public bool TryPut(in PutEntry entry)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (!_bytes.Holds(entry.DataBytes, now) || !_records.Holds(1, now)) return false;
            _bytes.Take(entry.DataBytes);
            _records.Take(1);
            return true;
        }
    }
}

/// <summary>Holds puts to the rates of Firehose, each delivery stream by itself. There is none in open mode.</summary>
internal sealed class DeliveryLimits(TimeProvider time) : IPutRates
{
    private readonly Budgets<StreamId, DeliveryBudget> _deliveries = new(stream => new DeliveryBudget(FirehoseRates.OfPuts(stream.Region), time), time);

    /// <param name="stream">That the records of the delivery stream are in.</param>
    public IPutBudget? Begin(StreamId stream, ShardKey shard)
    {
        var budget = _deliveries.Of(stream);
        return budget.TryRequest() ? budget : null;
    }
}
