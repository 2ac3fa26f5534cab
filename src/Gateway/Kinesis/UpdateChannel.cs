namespace ActorStreams.Gateway.Kinesis;

internal sealed class UpdateChannel : IApiAction
{
    public string Operation => "UpdateChannel";

    public Task InvokeAsync(ApiCall call) => throw Channels.NotFound(call);
}
