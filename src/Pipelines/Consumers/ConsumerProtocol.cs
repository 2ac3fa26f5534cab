using System.Collections.Immutable;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Pipelines.Consumers;

/// <summary>Messages to a shard consumer and what it tells.</summary>
public static class ConsumerProtocol
{
    /// <summary>The serializer binds here.</summary>
    public interface IMessage;

    /// <summary>Routed by application and shard.</summary>
    public interface IRequest : IMessage
    {
        string Application { get; }
        ShardKey Shard { get; }

        /// <summary>Which of the places that the lease was given; a consumer that was moved is found at its newest one.</summary>
        LeasePlacement Placement { get; }
    }

    /// <summary>
    /// Said again and again: a consumer that does not run starts, one that runs answers <see cref="ConsumerStatus"/>. One that has not
    /// heard it for minutes is no longer wanted and goes.
    /// </summary>
    /// <param name="Start">For its very first start.</param>
    /// <param name="Parents">Shards whose consumers, of the same application, have finished and left their final state.</param>
    public sealed record RunConsumer(
        ApplicationDefinition Definition, ShardKey Shard, HashKeyRange Range, StartPosition Start, ImmutableArray<int> Parents) : IRequest
    {
        public string Application => Definition.Name;

        public LeasePlacement Placement { get; init; } = LeasePlacement.First;

        /// <summary>How often the application's positions were reset. A consumer of a former life begins anew, at <see cref="From"/>.</summary>
        public int Life { get; init; }

        /// <summary>Where the consumer begins in this life; null leaves it to <see cref="Start"/>.</summary>
        public ShardPosition? From { get; init; }
    }

    /// <summary>Finish what was begun, checkpoint, go.</summary>
    public sealed record StopConsumer(string Application, ShardKey Shard) : IRequest
    {
        public LeasePlacement Placement { get; init; } = LeasePlacement.First;
    }

    /// <summary>The same, said by cluster sharding when the consumer moves or its node leaves.</summary>
    public sealed record Drain : IMessage
    {
        public static readonly Drain Instance = new();

        private Drain() { }
    }

    public enum ConsumerPhase
    {
        /// <summary>Taking over state, finding its position.</summary>
        Starting = 1,
        Running = 2,

        /// <summary>The source does not answer or is gone; it is asked again.</summary>
        WaitingForSource = 3,

        /// <summary>A sink is away; the source is held back and nothing is lost.</summary>
        WaitingForSink = 4,

        /// <summary>The graph failed and starts again after a while.</summary>
        Restarting = 5,
        Draining = 6,

        /// <summary>A stored batch is damaged; it needs a person.</summary>
        Damaged = 7,

        /// <summary>The shard was read to its end.</summary>
        Finished = 8,

        /// <summary>It was told to stop and is gone: the pipeline is paused, stopped, or its lease is given to another node.</summary>
        Stopped = 9,
    }

    /// <param name="Detail">Why it does not run, or which transform it waits for while it does; empty otherwise.</param>
    /// <param name="LagMs">Age of the oldest record not done; 0 when caught up, -1 while not known.</param>
    /// <param name="LagRecords">Records not done, where that is known.</param>
    /// <param name="LastGap">The newest gap met, in words; empty when there was none.</param>
    public sealed record ConsumerStatus(
        string Application,
        ShardKey Shard,
        ConsumerPhase Phase,
        string Detail,
        long Epoch,
        ShardPosition Checkpoint,
        long LagMs,
        long? LagRecords,
        ConsumerCounts Counts,
        string LastGap,
        string Node) : IMessage
    {
        /// <summary>Of the place that it runs at.</summary>
        public LeasePlacement Placement { get; init; } = LeasePlacement.First;

        /// <summary>How often the positions that it goes by were reset.</summary>
        public int Life { get; init; }

        /// <summary>Null from a node of a version that does not measure it.</summary>
        public ConsumerHealth? Health { get; init; }
    }

    /// <summary>What a consumer is addressed and persisted by. A slash is in no name, so that no two pairs give one id.</summary>
    public static string Id(string application, ShardKey shard) => $"consumer/{application}/{shard.PersistenceId}";
}
