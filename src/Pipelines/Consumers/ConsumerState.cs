using ActorStreams.Pipelines.Checkpointing;
using ActorStreams.Pipelines.Firehose;
using ActorStreams.Shards.Log;
using static ActorStreams.Pipelines.Consumers.ConsumerEvents;

namespace ActorStreams.Pipelines.Consumers;

/// <summary>What a shard consumer knows of itself after any prefix of its journal. Pure.</summary>
public sealed record ConsumerState
{
    public static readonly ConsumerState New = new();

    /// <summary>0 before the first start.</summary>
    public long Epoch { get; init; }

    public ShardPosition Start { get; init; }

    /// <summary>The next record whose effects are not confirmed.</summary>
    public ShardPosition Checkpoint { get; init; }

    /// <summary>Of all records below the checkpoint.</summary>
    public ConsumerCounts Counts { get; init; }

    /// <summary>Starts since anything was finished: what never gets on is restarted ever more slowly.</summary>
    public int StartsSinceProgress { get; init; }

    public long CheckpointedAtMs { get; init; }

    public bool IsFinished { get; init; }

    /// <summary>How often the positions were reset.</summary>
    public int Life { get; init; }

    /// <summary>Where the newest incarnation was started; empty where that is not known.</summary>
    public string Node { get; init; } = "";

    /// <summary>Of a delivery: the batch that is being delivered; null where none is.</summary>
    public BatchIntent? Intent { get; init; }

    /// <summary>In this life; epochs go on over all of them.</summary>
    public bool HasStarted { get; init; }

    public ConsumerState Apply(IConsumerEvent e) => e switch
    {
        ConsumerStarted s => this with
        {
            Epoch = s.Epoch,
            Node = s.Node,
            HasStarted = true,
            Start = s.Start,
            Checkpoint = HasStarted ? Checkpoint : s.Start,
            StartsSinceProgress = StartsSinceProgress + 1,
        },
        // A first start came before every checkpoint: without it, rows are missing and this state would begin the shard anew.
        Checkpointed or BatchIntended or ConsumerFinished when !HasStarted => throw new InvalidOperationException($"{e.GetType().Name} follows no start of the consumer."),
        Checkpointed c => this with
        {
            Checkpoint = Later(c.Position, Checkpoint),
            Intent = Intent is { } intent && c.Position.CompareTo(intent.To) < 0 ? intent : null,
            // An intent may have told of more before this was reported.
            Counts = c.Position.CompareTo(Checkpoint) >= 0 ? c.Counts : Counts,
            CheckpointedAtMs = c.AtMs,
            StartsSinceProgress = 0,
        },
        BatchIntended intended => this with
        {
            Intent = intended.Intent,
            Checkpoint = Later(intended.Intent.From, Checkpoint),
            Counts = intended.Intent.Tally?.Before ?? Counts,
            StartsSinceProgress = 0,
        },
        ConsumerReset reset => New with { Epoch = Epoch, Node = Node, Life = reset.Life, Counts = Counts },
        ConsumerFinished => this with { IsFinished = true },
        _ => throw new InvalidOperationException($"A shard consumer does not know the event {e.GetType()}."),
    };

    private static ShardPosition Later(ShardPosition a, ShardPosition b) => a.CompareTo(b) > 0 ? a : b;
}

/// <summary>What is kept rarely: the consumer's state, and the detector's memory with the position it belongs to, at or below the checkpoint.</summary>
public sealed record ConsumerSnapshot(ConsumerState State, ShardPosition Position, OperatorState Operator);
