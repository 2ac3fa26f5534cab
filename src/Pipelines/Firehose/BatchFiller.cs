using System.Globalization;
using System.Text;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Firehose.Processing;
using ActorStreams.Shards.Aggregation;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Pipelines.Firehose;

/// <summary>Takes records out of what was read of a shard, through the steps of a plan, into a batch. For one slice at a time.</summary>
internal sealed class BatchFiller(ShardKey shard, HashKeyRange range, Func<Task, Task> beating)
{
    private readonly Deaggregator _deaggregator = new(range);

    /// <summary>Records of the source that were taken.</summary>
    /// <param name="until">Records from there on are left alone; null takes all.</param>
    public async Task<int> AddAsync(DeliveryPlan plan, BatchWriter batch, SourceSlice slice, ShardPosition? until, CancellationToken stop)
    {
        if (plan.Steps.IsEmpty) return Read(batch, slice, until, new DirectReceiver(batch, plan.KeepsKeys));
        var collected = new CollectingReceiver(batch, plan.KeepsKeys || plan.TellsSource);
        var count = Read(batch, slice, until, collected);
        await ProcessAsync(plan.Steps, batch, collected.Records, beating, stop);
        return count;
    }

    /// <param name="beating">Shows signs of life while a step takes long.</param>
    public static async Task ProcessAsync(
        IEnumerable<IRecordStep> steps, BatchWriter batch, IReadOnlyList<DeliveryRecord> records, Func<Task, Task> beating, CancellationToken stop)
    {
        foreach (var step in steps)
        {
            if (records.Count == 0) return;
            // Also one that does not wait for anything may take long, as a script does.
            var given = records;
            var processing = Task.Run(() => step.ProcessAsync(given, stop), stop);
            await beating(processing);
            var processed = await processing;
            foreach (var failed in processed.Failed) batch.Fail(failed);
            batch.Dropped += processed.Dropped;
            records = processed.Records;
        }
        foreach (var record in records) batch.Add(record);
    }

    private int Read(BatchWriter batch, SourceSlice source, ShardPosition? until, IReceiver receiver)
    {
        var count = 0;
        foreach (var slice in source.Slices)
        {
            var end = slice.FromIndex + slice.Count;
            var record = slice.Batch.RecordsFrom(slice.FromIndex);
            while (record.MoveNext() && record.Index < end)
            {
                if (until is { } limit && new ShardPosition(slice.Batch.Row, record.Index).CompareTo(limit) >= 0) return count;
                count++;
                var number = new SequenceNumber(shard.Incarnation, source.Generation, shard.Shard, slice.Batch.Row, record.Index);
                var arrivedAt = DateTimeOffset.FromUnixTimeMilliseconds(record.ArrivalMs);
                var current = record.Current;
                switch (_deaggregator.Read(current.Data))
                {
                    case AggregationKind.None:
                        Take(current, number, null, arrivedAt);
                        break;
                    case AggregationKind.Aggregated:
                        for (var i = 0; i < _deaggregator.Count; i++) Take(_deaggregator.UserRecord(current.Data, i), number, i, arrivedAt);
                        break;
                }
            }
        }
        return count;

        void Take(RecordView record, SequenceNumber number, int? subSequenceNumber, DateTimeOffset arrivedAt)
        {
            batch.Keep(record.Data, arrivedAt);
            receiver.Take(record, number, subSequenceNumber, arrivedAt);
        }
    }

    private static string IdOf(SequenceNumber number, int? subSequenceNumber) => subSequenceNumber is { } sub
        ? string.Create(CultureInfo.InvariantCulture, $"{number}.{sub}")
        : number.ToString();

    private static DeliveryRecord Record(RecordView record, SequenceNumber number, int? subSequenceNumber, DateTimeOffset arrivedAt, bool keepsKey) =>
        new(IdOf(number, subSequenceNumber), arrivedAt, record.Data.ToArray()) { Key = keepsKey ? Encoding.UTF8.GetString(record.PartitionKey) : null };

    private interface IReceiver
    {
        void Take(RecordView record, SequenceNumber number, int? subSequenceNumber, DateTimeOffset arrivedAt);
    }

    /// <summary>Nothing looks at the records: they go from the source into the file.</summary>
    private sealed class DirectReceiver(BatchWriter batch, bool keepsKeys) : IReceiver
    {
        public void Take(RecordView record, SequenceNumber number, int? subSequenceNumber, DateTimeOffset arrivedAt)
        {
            if (batch.TryAdd(record.Data)) return;
            batch.Add(Record(record, number, subSequenceNumber, arrivedAt, keepsKeys));
        }
    }

    private sealed class CollectingReceiver(BatchWriter batch, bool keepsKeys) : IReceiver
    {
        public List<DeliveryRecord> Records { get; } = [];

        public void Take(RecordView record, SequenceNumber number, int? subSequenceNumber, DateTimeOffset arrivedAt)
        {
            if (batch.TryPlace(out var place)) Records.Add(Record(record, number, subSequenceNumber, arrivedAt, keepsKeys) with { Place = place });
        }
    }
}
