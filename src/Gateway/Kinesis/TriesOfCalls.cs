using ActorStreams.Shards.Client;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>Tells the tries of a call from calls, where the client names its calls.</summary>
/// <param name="isOfSdks">The names that SDKs give unasked count too.</param>
internal sealed class TriesOfCalls(IStreams streams, TimeProvider time, bool isOfSdks)
{
    /// <summary>To be asked before the body is read. Null where each try is a call of its own.</summary>
    public RepeatedCalls? Of(ApiCall call) =>
        CallIdentity.Of(call, isOfSdks) is { } identity ? new RepeatedCalls(streams, identity, time, call) : null;
}
