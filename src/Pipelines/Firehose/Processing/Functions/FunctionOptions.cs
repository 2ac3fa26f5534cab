using ActorStreams.Pipelines.Sinks;

namespace ActorStreams.Pipelines.Firehose.Processing.Functions;

/// <summary>How a transform is asked that stands behind an address and speaks as a Lambda function of Firehose's does.</summary>
public sealed record FunctionOptions
{
    /// <summary>Of one event and of one answer: Lambda's for a call that waits.</summary>
    public const int PayloadBytesMax = 6 * 1024 * 1024;

    /// <summary>Told to the function.</summary>
    public required TransformEvent Event { get; init; }

    /// <summary>
    /// Tries after the first, of a batch whose call fails for a reason that may pass; then its records fail. Firehose's default is 3.
    /// </summary>
    public int NumberOfRetries { get; init; } = 3;

    /// <summary>
    /// Of the data in one call, 0.2 to 3, as Firehose has it. Small batches cost a call each, large ones make a function wait, and its
    /// failure costs more records at once.
    /// </summary>
    public double BufferSizeInMBs { get; init; } = 1;

    /// <summary>How long one call may take; Firehose's is 5 minutes.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    public RetryDelays Retry { get; init; } = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(30));
}
