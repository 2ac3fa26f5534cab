namespace ActorStreams.Gateway.Kinesis;

internal sealed class DeleteChannel : IApiAction
{
    public string Operation => "DeleteChannel";

    public Task InvokeAsync(ApiCall call) => throw Channels.NotFound(call);
}
