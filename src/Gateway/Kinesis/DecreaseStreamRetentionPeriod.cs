namespace ActorStreams.Gateway.Kinesis;

internal sealed class DecreaseStreamRetentionPeriod(RetentionChange change) : IApiAction
{
    public string Operation => "DecreaseStreamRetentionPeriod";

    public Task InvokeAsync(ApiCall call) => change.InvokeAsync(call, isIncrease: false);
}
