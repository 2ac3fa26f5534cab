using System.Collections.Immutable;
using ActorStreams.Gateway.Auth;
using ActorStreams.Gateway.Firehose;
using ActorStreams.Gateway.Policies;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Streams;
using Microsoft.AspNetCore.Http;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>One authenticated call on its way through an action, of Kinesis or of another API of the endpoint.</summary>
/// <param name="api">Null for Kinesis.</param>
internal sealed class ApiCall(
    HttpContext http, string operation, Caller caller, string region, string accountId, Memory<byte> body, WireEncoding encoding, ServiceApi? api = null)
{
    private bool _isAuthorized;

    public ServiceApi Api { get; } = api ?? ServiceApi.Kinesis;

    /// <summary>The operation as the API names it.</summary>
    public string Operation { get; } = operation;

    public Caller Caller { get; } = caller;

    public string Region { get; } = region;

    /// <summary>The account that the streams belong to, which is not always the caller's.</summary>
    public string AccountId { get; } = accountId;

    /// <summary>The request as received; gone when the call ends. Its signature is checked, so an action may decode in place.</summary>
    public Memory<byte> Body { get; } = body;

    public WireEncoding Encoding { get; } = encoding;

    /// <summary>A header of the request; null when it is absent, several of one name with commas between.</summary>
    public string? Header(string name) => http.Request.Headers.TryGetValue(name, out var values) ? values.ToString() : null;

    public HttpResponse Response => http.Response;

    /// <summary>IP address that the call came from, as this node sees it.</summary>
    public string RemoteAddress => (http.Connection.RemoteIpAddress is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4() : http.Connection.RemoteIpAddress)?.ToString() ?? "";

    public CancellationToken Aborted => http.RequestAborted;

    /// <summary>
    /// Set by an action whose answer goes on for long: called when the request is done with, so that its body is released and it counts as
    /// a request no more. Deals with all that goes wrong by itself.
    /// </summary>
    public Func<Task>? Push { get; set; }

    /// <summary>The members of the request, of the right types and within their constraints; throws the error that says what is wrong.</summary>
    public ShapeValues Read(ImmutableArray<Member> input) => ShapeReader.Read(Body.Span, Encoding, input);

    /// <summary>Answers with an object of these members.</summary>
    public Task AnswerAsync(Action<AnswerWriter> members)
    {
        ThrowUnlessAuthorized();
        return AnswerWriter.WriteAsync(Response, Encoding, members, Aborted);
    }

    /// <summary>Operations without output answer with no body at all.</summary>
    public Task AnswerEmptyAsync()
    {
        BeginAnswer(0);
        return Task.CompletedTask;
    }

    /// <summary>For an answer written by hand, of so many bytes.</summary>
    public void BeginAnswer(long bytes)
    {
        ThrowUnlessAuthorized();
        Response.ContentType = ContentTypes.NameOf(Encoding);
        Response.ContentLength = bytes;
    }

    /// <summary>The caller belongs to another account than the streams: he may do what their policies allow, and nothing else.</summary>
    public bool IsForeign { get; } = !caller.IsTrusted && caller.AccountId != accountId;

    /// <summary>
    /// Throws unless the caller may do this to the stream. <see cref="StreamLookup"/> asks this of every stream that it finds. What is
    /// done to a consumer is for the consumer's policy to say, and must have been asked of it before.
    /// </summary>
    public void Authorize(StreamDescription stream)
    {
        if (SharedOperations.OfConsumers.Contains(Operation))
        {
            ThrowUnlessAuthorized();
            return;
        }
        if (!Access.IsFree(this, stream.Configuration.Policy))
            Access.Check(this, StreamReference.Arn(stream.Id, AccountId), stream.Configuration.Policy);
        _isAuthorized = true;
    }

    /// <summary>The same for a consumer of a stream.</summary>
    public void Authorize(string consumerArn, FanOutConsumer consumer)
    {
        if (!Access.IsFree(this, consumer.Policy)) Access.Check(this, consumerArn, consumer.Policy);
        _isAuthorized = true;
    }

    /// <summary>The same for a stream that is not there, or not in a state in which it has a policy of its own to ask.</summary>
    public void Authorize(StreamId stream)
    {
        if (!Access.IsFree(this, null)) Access.Check(this, StreamReference.Arn(stream, AccountId), null);
        _isAuthorized = true;
    }

    /// <summary>The same for a delivery stream, whether it is there or not: what may be done to it is said by the policies of keys alone.</summary>
    public void Authorize(DeliveryStreamId stream)
    {
        if (!Access.IsFree(this, null)) Access.Check(this, DeliveryStreamReference.Arn(stream, AccountId), null);
        _isAuthorized = true;
    }

    /// <summary>The same for what is about the account.</summary>
    public void AuthorizeAccount()
    {
        Access.Check(this, "*", null);
        _isAuthorized = true;
    }

    // An action that forgot to ask stays shut for other accounts, and for keys that may not do everything.
    private void ThrowUnlessAuthorized()
    {
        if ((IsForeign || Caller.Policy is not null) && !_isAuthorized) throw Access.NotAllowed(Caller, Api, Operation, null);
    }

    /// <summary>Whether there is a stream at all is no business of other accounts, nor of keys that may not ask about it.</summary>
    public ApiException StreamNotFound(StreamId stream)
    {
        if (IsForeign) return Access.NotAllowed(Caller, Api, Operation, StreamReference.Arn(stream, AccountId));
        if (Caller.Policy is not null) Authorize(stream);
        return KinesisErrors.StreamNotFound(stream.Name, AccountId);
    }
}
