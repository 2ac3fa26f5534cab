using ActorStreams.Pipelines.Checkpointing;
using ActorStreams.Shards.Log;

namespace ActorStreams.Pipelines.Consumers;

/// <summary>A running graph, as the actor that works its lease sees it: from the source of one shard to its checkpoint.</summary>
public interface IConsumerGraph : IDisposable
{
    /// <summary>Ends when the shard does, after <see cref="Drain"/>, or with the failure of a stage.</summary>
    Task Completion { get; }

    /// <summary>Why nothing comes in, or null.</summary>
    WaitNote.Noted? SourceWaiting { get; }

    /// <summary>Why nothing goes out, or null.</summary>
    WaitNote.Noted? SinkWaiting { get; }

    /// <summary>What is being tried again while other work goes on, or null.</summary>
    WaitNote.Noted? Retrying { get; }

    /// <summary>A transform that keeps records waiting, or null.</summary>
    WaitNote.Noted? Transforming { get; }

    /// <summary>Of a graph that holds records back until a batch is full; null of one that does not.</summary>
    Backlog? Backlog { get; }

    GraphPulse Pulse { get; }

    /// <summary>The key that made most of the last sample, looked at while the consumer is behind.</summary>
    (string Key, double Share) HotKey { get; }

    /// <summary>Reads no more and gives up waiting for sinks that are away; what is confirmed until then is reported.</summary>
    void Drain();

    /// <summary>What it reported up to here is durable.</summary>
    void Checkpointed(ShardPosition checkpoint) { }

    /// <summary>
    /// The memory of its operators, bound to the position last reported; null where there is none to keep. Only once <see cref="Completion"/> has
    /// ended well.
    /// </summary>
    OperatorState? CaptureDrained();
}
