using ActorStreams.Pipelines.Checkpointing;
using ActorStreams.Pipelines.Decoding;

namespace ActorStreams.Pipelines.Anomaly;

/// <summary>
/// A per-key detector inside one graph. Deterministic: the same samples after the same restored state give the same alerts, byte for
/// byte, or exactly once is lost. Used by one thread at a time.
/// </summary>
public interface IDetector
{
    /// <summary>Takes a sample in; an alert when it is out of the ordinary.</summary>
    Alert? Observe(in Sample sample);

    /// <summary>All that is remembered, in the order of last use, each key with its hash key.</summary>
    OperatorState Capture();

    /// <summary>Replaces all that is remembered. Throws <see cref="FormatException"/> for another detector's state.</summary>
    void Restore(OperatorState state);
}
