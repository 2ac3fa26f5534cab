using ActorStreams.Shards.Streams;
using Microsoft.AspNetCore.Http;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>One authenticated call on its way through an action.</summary>
internal sealed class KinesisCall(HttpContext http, string region, string accountId, Memory<byte> body, string contentType)
{
    public string Region { get; } = region;
    public string AccountId { get; } = accountId;

    /// <summary>The request as received; gone when the call ends. Its signature is checked, so an action may decode in place.</summary>
    public Memory<byte> Body { get; } = body;

    public string ContentType { get; } = contentType;

    public HttpResponse Response => http.Response;

    public CancellationToken Aborted => http.RequestAborted;

    public KinesisException StreamNotFound(StreamId stream) => KinesisErrors.StreamNotFound(stream.Name, AccountId);
}
