using ActorStreams.Gateway.Auth;
using ActorStreams.Gateway.Kinesis;

namespace ActorStreams.Gateway.Firehose;

/// <summary>One operation of the Firehose API.</summary>
internal abstract class FirehoseAction(string operation) : IApiAction
{
    public ServiceApi Api => ServiceApi.Firehose;

    public string Operation { get; } = operation;

    public string Label { get; } = $"Firehose.{operation}";

    public abstract Task InvokeAsync(ApiCall call);
}
