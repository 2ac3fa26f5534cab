namespace ActorStreams.Gateway.Kinesis;

internal sealed class DescribeChannel : IKinesisAction
{
    public string Operation => "DescribeChannel";

    public Task InvokeAsync(KinesisCall call) => throw Channels.NotFound(call);
}
