using ActorStreams.Gateway.Wire;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>
/// Ends a call with an error of the Kinesis API. Thrown from wherever in the call it is found, caught once by <see cref="KinesisGateway"/>.
/// </summary>
internal sealed class ApiException(string type, string? detail, int status = 400, bool capitalMessage = false)
    : Exception(detail ?? type)
{
    /// <summary>The <c>__type</c> of the answer.</summary>
    public string Type { get; } = type;

    /// <summary>Null where the service sends no message.</summary>
    public string? Detail { get; } = detail;

    public int Status { get; } = status;

    /// <summary>Of the answer; null for that of the request.</summary>
    public WireEncoding? Encoding { get; private set; }

    /// <summary>The service writes <c>Message</c> instead of <c>message</c> when a member has the wrong type.</summary>
    public bool CapitalMessage { get; } = capitalMessage;

    public ApiException In(WireEncoding encoding)
    {
        Encoding = encoding;
        return this;
    }
}
