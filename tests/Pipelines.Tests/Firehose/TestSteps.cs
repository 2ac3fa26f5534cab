using System.Text;
using ActorStreams.Pipelines.Firehose.Naming;
using ActorStreams.Pipelines.Firehose.Processing;

namespace ActorStreams.Pipelines.Tests.Firehose;

/// <summary>Steps whose answers specs know.</summary>
internal static class TestSteps
{
    public static DeliveryRecord Keyed(DeliveryRecord record, string key) =>
        record with { PartitionKeys = PartitionKeyNames.None.Add(PartitionKeyNames.FromQuery("k"), key) };

    public sealed class Uppercase : IRecordStep
    {
        public bool IsDeterministic => true;

        public Task<Processed> ProcessAsync(IReadOnlyList<DeliveryRecord> records, CancellationToken cancel) => Task.FromResult(new Processed(
            [.. records.Where(r => TextOf(r) is not ("fails" or "drops"))
                .Select(r => Keyed(r, "all") with { Data = Encoding.UTF8.GetBytes(TextOf(r) is var t && t.StartsWith("bad", StringComparison.Ordinal) ? t : t.ToUpperInvariant()) })],
            [.. records.Where(r => TextOf(r) == "fails")
                .Select(r => new FailedRecord(r, "processing-failed", "Lambda.ProcessingFailedStatus", "as told", 2))],
            records.Count(r => TextOf(r) == "drops")));

        private static string TextOf(DeliveryRecord record) => Encoding.UTF8.GetString(record.Data.Span);
    }

    /// <summary>Leaves its mark each time that it is asked.</summary>
    public sealed class Marking : IRecordStep
    {
        public bool IsDeterministic => true;

        public Task<Processed> ProcessAsync(IReadOnlyList<DeliveryRecord> records, CancellationToken cancel) =>
            Task.FromResult(new Processed([.. records.Select(r => r with { Data = (byte[])[.. r.Data.Span, (byte)'!'] })], [], 0));
    }

    /// <summary>Takes only the first record until it is mended.</summary>
    public sealed class Moody(Func<bool> isMended) : IRecordStep
    {
        public bool IsDeterministic => true;

        public Task<Processed> ProcessAsync(IReadOnlyList<DeliveryRecord> records, CancellationToken cancel)
        {
            var good = records.Where(r => isMended() || r.Data.Span.SequenceEqual("one"u8)).ToList();
            return Task.FromResult(new Processed(
                [.. good.Select(r => Keyed(r, "all"))],
                [.. records.Except(good).Select(r => new FailedRecord(r, FailedRecord.ProcessingFailed, "Moody", "as told", 1))], 0));
        }
    }

    /// <summary>Fails its first call and hangs in the second until it is mended.</summary>
    public sealed class Stuck(Task isMended) : ITransformStep
    {
        public bool IsDeterministic => true;

        public ITransformWatcher? Watcher { private get; set; }

        public async Task<Processed> ProcessAsync(IReadOnlyList<DeliveryRecord> records, CancellationToken cancel)
        {
            Watcher?.Waits("stuck: the first call");
            Watcher?.Waits("stuck: the first call failed.");
            Watcher?.Called(TransformOutcome.TimedOut, 1);
            await isMended.WaitAsync(cancel);
            Watcher?.Called(TransformOutcome.Done, 1);
            Watcher?.Waits(null);
            return new Processed([.. records.Select(r => Keyed(r, "all"))], [], 0);
        }
    }

    public sealed class ByLetter : IRecordStep
    {
        public bool IsDeterministic => true;

        public Task<Processed> ProcessAsync(IReadOnlyList<DeliveryRecord> records, CancellationToken cancel) => Task.FromResult(new Processed(
            [.. records.Select(r => Keyed(r, ((char)r.Data.Span[0]).ToString()))], [], 0));
    }

    /// <summary>Refuses the odd ones, until it is told to refuse the even ones.</summary>
    public sealed class Flip(Func<bool> isFlipped) : IRecordStep
    {
        public bool IsDeterministic => false;

        public Task<Processed> ProcessAsync(IReadOnlyList<DeliveryRecord> records, CancellationToken cancel)
        {
            var bad = records.Where(r => (r.Data.Span[^1] % 2 == 1) != isFlipped()).ToList();
            return Task.FromResult(new Processed(
                [.. records.Except(bad).Select(r => Keyed(r, "all"))], [.. bad.Select(r => new FailedRecord(r, FailedRecord.ProcessingFailed, "Flip", "as told", 1))], 0));
        }
    }

    /// <summary>Refuses every fifth record that it is asked about.</summary>
    public sealed class Picky : IRecordStep
    {
        private int _asked;

        public bool IsDeterministic => true;

        public Task<Processed> ProcessAsync(IReadOnlyList<DeliveryRecord> records, CancellationToken cancel)
        {
            var bad = records.Where(_ => Interlocked.Increment(ref _asked) % 5 == 0).ToList();
            return Task.FromResult(new Processed(
                [.. records.Except(bad)], [.. bad.Select(r => new FailedRecord(r, FailedRecord.ProcessingFailed, "Picky", "as it pleases", 1))], 0));
        }
    }

    /// <summary>Answers otherwise each time, and puts the records into other partitions.</summary>
    /// <param name="fails">Whether it also refuses some.</param>
    public sealed class Fickle(bool fails = false) : IRecordStep
    {
        private int _answers;

        public bool IsDeterministic => false;

        public Task<Processed> ProcessAsync(IReadOnlyList<DeliveryRecord> records, CancellationToken cancel)
        {
            var good = new List<DeliveryRecord>();
            var failed = new List<FailedRecord>();
            foreach (var record in records)
            {
                var answer = Interlocked.Increment(ref _answers);
                if (fails && answer % 9 == 0) failed.Add(new FailedRecord(record, FailedRecord.ProcessingFailed, "Fickle", "as it pleases", 1));
                else good.Add(Keyed(record with { Data = Encoding.UTF8.GetBytes($"{Encoding.UTF8.GetString(record.Data.Span)}={answer}") }, $"p{answer % 4}"));
            }
            return Task.FromResult(new Processed(good, failed, 0));
        }
    }
}
