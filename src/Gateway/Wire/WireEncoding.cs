namespace ActorStreams.Gateway.Wire;

/// <summary>How a request is written, and with it its answer or error.</summary>
internal enum WireEncoding
{
    Json,
    Cbor,
}
