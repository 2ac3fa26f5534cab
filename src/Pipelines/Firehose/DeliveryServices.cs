using ActorStreams.Pipelines.Firehose.Loading;
using ActorStreams.Pipelines.Firehose.Spooling;
using ActorStreams.Pipelines.Sinks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorStreams.Pipelines.Firehose;

/// <summary>What the deliveries of a node work with.</summary>
/// <param name="SpoolFolder">
/// Where batches lie until they are delivered, one folder for each shard of a delivery stream. Nodes that take over from each other need not share it:
/// a batch that is not there is made again from its records.
/// </param>
/// <param name="Plan">Makes a definition workable; throws <see cref="DeliveryConfigurationException"/>.</param>
public sealed record DeliveryServices(string SpoolFolder, Func<DeliveryDefinition, DeliveryPlan> Plan)
{
    /// <summary>Waits between tries of a destination that is away; it is tried for as long as the source keeps the records.</summary>
    public RetryDelays Retry { get; init; } = new(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(30));

    /// <summary>Objects of one batch that are written side by side.</summary>
    public int ObjectsAtOnce { get; init; } = 4;

    /// <summary>Which folders of the spool are at work.</summary>
    public SpoolUse SpoolUse { get; } = new();

    /// <summary>How often the spool is cleared of what nobody needs any more.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>What may be held in memory of what is being loaded.</summary>
    public MemoryGate LoadMemory { get; init; } = new(FirehoseOptions.LoadMemoryMiBDefault << 20);

    /// <summary>
    /// The part of the source's retention that the oldest record which is not delivered may have used up; beyond it a person is warned, while there is time.
    /// </summary>
    public double RetentionShareMax { get; init; } = 0.75;

    /// <summary>How often that is looked at.</summary>
    public TimeSpan RetentionLookInterval { get; init; } = TimeSpan.FromMinutes(1);

    public ILogger Log { get; init; } = NullLogger.Instance;

    /// <summary>How often a write that goes on for long shows that it does.</summary>
    public TimeSpan BeatInterval { get; init; } = TimeSpan.FromSeconds(5);
}

/// <param name="Path">Of the member in the destination's document, such as <c>ProcessingConfiguration.Processors[0].LambdaArn</c>; a processor's parameters count as its members.</param>
/// <param name="Text">A sentence that says what is wrong and what is allowed.</param>
public sealed record DeliveryProblem(string Path, string Text)
{
    public override string ToString() => $"{Path}: {Text}";
}

/// <summary>A delivery stream's configuration asks for what cannot be; the message names member and reason.</summary>
/// <param name="problems">All of them where it is the document's.</param>
public sealed class DeliveryConfigurationException(string message, IReadOnlyList<DeliveryProblem>? problems = null) : Exception(message)
{
    public IReadOnlyList<DeliveryProblem> Problems { get; } = problems ?? [];
}
