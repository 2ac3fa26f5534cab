using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

internal sealed class DisableEnhancedMonitoring(MonitoringChange change) : IApiAction
{
    public string Operation => "DisableEnhancedMonitoring";

    public Task InvokeAsync(ApiCall call) => change.InvokeAsync(call, metrics => new StreamChange.DisableMetrics(metrics));
}
