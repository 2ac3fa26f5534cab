using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

internal sealed class EnableEnhancedMonitoring(MonitoringChange change) : IKinesisAction
{
    public string Operation => "EnableEnhancedMonitoring";

    public Task InvokeAsync(KinesisCall call) => change.InvokeAsync(call, metrics => new StreamChange.EnableMetrics(metrics));
}
