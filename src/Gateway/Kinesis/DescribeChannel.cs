namespace ActorStreams.Gateway.Kinesis;

internal sealed class DescribeChannel : IApiAction
{
    public string Operation => "DescribeChannel";

    public Task InvokeAsync(ApiCall call) => throw Channels.NotFound(call);
}
