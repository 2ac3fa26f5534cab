using ActorStreams.Pipelines.Anomaly;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Pipelines.Sinks;

namespace ActorStreams.Pipelines.Tests.Fakes;

/// <summary>Values with defaults that suit a test.</summary>
public static class A
{
    public static PipelineDefinition Definition(string name = "watch") => new()
    {
        Name = name,
        Source = FakeStreams.Id("source"),
        Output = FakeStreams.Id("alerts"),
        DeadLetters = FakeStreams.Id("dead"),
        ValuePath = "value",
        Detector = new EwmaOptions { Alpha = 0.1, WarmUpSamples = 5, ThresholdDeviations = 4, MinimumDeviation = 0.5 },
        CheckpointInterval = TimeSpan.FromMilliseconds(20),
        SnapshotInterval = TimeSpan.FromMilliseconds(100),
    };

    /// <summary>Waits short enough for tests on the real clock.</summary>
    public static ConsumerOptions Options() => new()
    {
        ReadWait = TimeSpan.FromMilliseconds(50),
        IdleReadWait = TimeSpan.FromMilliseconds(50),
        ReadRetry = Fast,
        Restart = Fast,
        Sink = new StreamSinkOptions { Retry = Fast },
        Webhook = new WebhookOptions { AttemptsMax = 3, Retry = Fast, AttemptTimeout = TimeSpan.FromSeconds(2) },
        PollInterval = TimeSpan.FromMilliseconds(50),
    };

    public static RetryDelays Fast { get; } = new(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(10));

    /// <summary>Data of a record: a steady value, or one far off.</summary>
    public static string Reading(double value) => FormattableString.Invariant($$"""{"value":{{value}}}""");
}
