namespace ActorStreams.Gateway.Kinesis;

internal sealed class DecreaseStreamRetentionPeriod(RetentionChange change) : IKinesisAction
{
    public string Operation => "DecreaseStreamRetentionPeriod";

    public Task InvokeAsync(KinesisCall call) => change.InvokeAsync(call, isIncrease: false);
}
