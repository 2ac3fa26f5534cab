using ActorStreams.Pipelines.Firehose;
using ActorStreams.Shards.Log;

namespace ActorStreams.Pipelines.Consumers;

/// <summary>Facts in a shard consumer's journal.</summary>
public static class ConsumerEvents
{
    public interface IConsumerEvent;

    /// <summary>An incarnation begins; written before it attaches to any sink, so that no two have effects under one epoch.</summary>
    /// <param name="Start">Where the first one of this life began; the same in all.</param>
    public sealed record ConsumerStarted(long Epoch, ShardPosition Start, long AtMs) : IConsumerEvent
    {
        /// <summary>Where it runs; empty in events of the first version.</summary>
        public string Node { get; init; } = "";
    }

    /// <summary>Every effect of the records below the position is confirmed by its sink.</summary>
    /// <param name="Counts">Totals since the very first start.</param>
    public sealed record Checkpointed(ShardPosition Position, ConsumerCounts Counts, long AtMs) : IConsumerEvent;

    /// <summary>
    /// What is to be delivered of the records from <see cref="BatchIntent.From"/> on, and that everything below is delivered. Durable before any of
    /// it is, so that a redo delivers the same and nothing else.
    /// </summary>
    public sealed record BatchIntended(BatchIntent Intent, long AtMs) : IConsumerEvent;

    /// <summary>
    /// The application's positions were reset: a new life begins, and nothing of the former one counts but its epochs. Written with the
    /// <see cref="ConsumerStarted"/> that says where.
    /// </summary>
    public sealed record ConsumerReset(int Life, long AtMs) : IConsumerEvent;

    /// <summary>The shard is read to its end and the final state is kept.</summary>
    public sealed record ConsumerFinished(long AtMs) : IConsumerEvent;
}

/// <summary>What a consumer has done; a record that is replayed counts once.</summary>
/// <param name="Gaps">Times that records had been trimmed before they were read.</param>
public readonly record struct ConsumerCounts(long Records, long Alerts, long DeadLetters, long Gaps)
{
    public static ConsumerCounts operator +(ConsumerCounts a, ConsumerCounts b) =>
        new(a.Records + b.Records, a.Alerts + b.Alerts, a.DeadLetters + b.DeadLetters, a.Gaps + b.Gaps);
}
