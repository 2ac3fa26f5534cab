namespace ActorStreams.Gateway.Kinesis;

internal sealed class IncreaseStreamRetentionPeriod(RetentionChange change) : IApiAction
{
    public string Operation => "IncreaseStreamRetentionPeriod";

    public Task InvokeAsync(ApiCall call) => change.InvokeAsync(call, isIncrease: true);
}
