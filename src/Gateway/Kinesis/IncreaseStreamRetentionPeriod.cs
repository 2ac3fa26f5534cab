namespace ActorStreams.Gateway.Kinesis;

internal sealed class IncreaseStreamRetentionPeriod(RetentionChange change) : IKinesisAction
{
    public string Operation => "IncreaseStreamRetentionPeriod";

    public Task InvokeAsync(KinesisCall call) => change.InvokeAsync(call, isIncrease: true);
}
