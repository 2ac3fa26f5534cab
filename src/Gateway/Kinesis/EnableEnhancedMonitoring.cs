using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

internal sealed class EnableEnhancedMonitoring(MonitoringChange change) : IApiAction
{
    public string Operation => "EnableEnhancedMonitoring";

    public Task InvokeAsync(ApiCall call) => change.InvokeAsync(call, metrics => new StreamChange.EnableMetrics(metrics));
}
