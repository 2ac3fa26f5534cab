using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Firehose.Processing;

namespace ActorStreams.Pipelines.Firehose;

/// <summary>What the transform of a delivery is waited for, where that is worth a word, and how its calls end. Safe from any thread.</summary>
internal sealed class TransformWatch(DeliveryDefinition delivery, DeliveryMetrics metrics, TimeProvider time, Action beat) : ITransformWatcher
{
    /// <summary>Calls follow each other without end; one that takes longer is waited for.</summary>
    private static readonly TimeSpan s_slowAfter = TimeSpan.FromSeconds(5);

    private readonly WaitNote _waiting = new(time, beat);

    /// <summary>Null where it answers as it should. The tries count the one that is under way.</summary>
    public WaitNote.Noted? Waiting => _waiting.Now is { } now && (now.Tries > 1 || time.GetElapsedTime(now.Since) >= s_slowAfter) ? now : null;

    /// <summary>Watches the steps of a plan.</summary>
    public void Follow(DeliveryPlan plan)
    {
        foreach (var step in plan.Steps.OfType<ITransformStep>()) step.Watcher = this;
    }

    public void Waits(string? what) => _waiting.Tell(what);

    public void Called(TransformOutcome outcome, int calls) => metrics.Transformed(delivery, outcome, calls);
}
