using ActorStreams.Gateway.Auth;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>
/// One operation of the Kinesis API, or of another one that the endpoint serves. Errors are thrown as <see cref="ApiException"/> before
/// anything is written.
/// </summary>
internal interface IApiAction
{
    ServiceApi Api => ServiceApi.Kinesis;

    /// <summary>As in <c>X-Amz-Target: Kinesis_20131202.Operation</c>.</summary>
    string Operation { get; }

    /// <summary>What metrics and traces call it: APIs have operations of the same name.</summary>
    string Label => Operation;

    Task InvokeAsync(ApiCall call);
}
