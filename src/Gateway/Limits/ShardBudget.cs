using ActorStreams.Gateway.Kinesis;

namespace ActorStreams.Gateway.Limits;

/// <summary>What one shard may still be asked for in this second. Safe from any thread.</summary>
internal sealed class ShardBudget(TimeProvider time) : IPutBudget
{
    private readonly Lock _lock = new();
    private RateBucket _putBytes = new(KinesisRates.PutBytesPerSecond, time);
    private RateBucket _putRecords = new(KinesisRates.PutRecordsPerSecond, time);
    private RateBucket _getBytes = new(KinesisRates.GetBytesPerSecond, time);
    private RateBucket _getCalls = new(KinesisRates.GetRecordsCallsPerSecond, time);
    private RateBucket _iterators = new(KinesisRates.IteratorsPerSecond, time);

    /// <summary>
    /// Takes one record, data and key, or nothing. A record that is larger than a second's worth is taken when a whole one is there,
    /// and what comes after it waits until it has been earned.
    /// </summary>
    public bool TryPut(in PutEntry entry)
    {
        long bytes = entry.KeyBytes + entry.DataBytes;
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (!_putBytes.Holds(bytes, now) || !_putRecords.Holds(1, now)) return false;
            _putBytes.Take(bytes);
            _putRecords.Take(1);
            return true;
        }
    }

    /// <summary>Takes a GetRecords call, unless there were too many or what they read has not been earned yet.</summary>
    public bool TryGet()
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (!_getBytes.IsPaid(now) || !_getCalls.Holds(1, now)) return false;
            _getCalls.Take(1);
            return true;
        }
    }

    /// <summary>Counts what a GetRecords call read: after one of 10 MiB the next 5 s are refused, as the service has it.</summary>
    public void Got(long bytes)
    {
        lock (_lock) _getBytes.TakeOrPayInFull(bytes, time.GetTimestamp());
    }

    public bool TryIterator()
    {
        lock (_lock)
        {
            if (!_iterators.Holds(1, time.GetTimestamp())) return false;
            _iterators.Take(1);
            return true;
        }
    }
}

/// <summary>Calls of one kind. Safe from any thread.</summary>
internal sealed class CallBudget(long perSecond, TimeProvider time)
{
    private readonly Lock _lock = new();
    private RateBucket _calls = new(perSecond, time);

    public bool TryCall()
    {
        lock (_lock)
        {
            if (!_calls.Holds(1, time.GetTimestamp())) return false;
            _calls.Take(1);
            return true;
        }
    }
}
