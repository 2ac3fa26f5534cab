namespace ActorStreams.Gateway.Kinesis;

internal sealed class UpdateChannel : IKinesisAction
{
    public string Operation => "UpdateChannel";

    public Task InvokeAsync(KinesisCall call) => throw Channels.NotFound(call);
}
