using ActorStreams.Shards.Client;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>Tells the tries of a call from calls, where the settings want it and the client names its calls.</summary>
internal sealed class TriesOfCalls(IStreams streams, TimeProvider time, bool isOn)
{
    /// <summary>To be asked before the body is read. Null where each try is a call of its own.</summary>
    public RepeatedCalls? Of(KinesisCall call) =>
        isOn && CallIdentity.Of(call) is { } identity ? new RepeatedCalls(streams, identity, time, call) : null;
}
