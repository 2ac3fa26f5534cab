namespace ActorStreams.Gateway.Kinesis;

internal sealed class DeleteChannel : IKinesisAction
{
    public string Operation => "DeleteChannel";

    public Task InvokeAsync(KinesisCall call) => throw Channels.NotFound(call);
}
