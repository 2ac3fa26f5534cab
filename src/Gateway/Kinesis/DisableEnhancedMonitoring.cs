using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

internal sealed class DisableEnhancedMonitoring(MonitoringChange change) : IKinesisAction
{
    public string Operation => "DisableEnhancedMonitoring";

    public Task InvokeAsync(KinesisCall call) => change.InvokeAsync(call, metrics => new StreamChange.DisableMetrics(metrics));
}
