using System.Collections.Frozen;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using ActorStreams.Gateway.Auditing;
using ActorStreams.Gateway.Auth;
using ActorStreams.Gateway.FanOut;
using ActorStreams.Gateway.Firehose;
using ActorStreams.Gateway.Hosting;
using ActorStreams.Gateway.Limits;
using ActorStreams.Gateway.Policies;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Encryption;
using ActorStreams.Shards.Log;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>
/// Answers every request of the endpoint: checks it in the order in which the service does, hands it to its action, and turns what
/// is wrong into the error that SDKs know.
/// </summary>
public sealed class KinesisGateway
{
    private const string ExposedHeaders = "x-amzn-RequestId,x-amzn-ErrorType,x-amz-request-id,x-amz-id-2,x-amzn-ErrorMessage,Date";

    private readonly FrozenDictionary<string, IApiAction> _actions;
    private readonly GatewayOptions _options;
    private readonly TimeProvider _time;
    private readonly GatewayMetrics _metrics;
    private readonly ILogger _log;
    private readonly LogLimiter _lines;
    private readonly SigV4Verifier _verifier;
    private readonly Callers _callers;
    private readonly ControlAuditor _auditor;

    // Null in open mode.
    private readonly CompatLimits? _limits;
    private readonly BodyBudget _bodies;
    private readonly Subscriptions _subscriptions;
    private int _requests;

    /// <param name="tokenKey">Seals iterators and pagination tokens; the same on all nodes.</param>
    /// <param name="keyRing">Of this node: what streams can be encrypted with; none where there is none.</param>
    /// <param name="deliveries">Behind the Firehose API; without them its operations are unknown.</param>
    public KinesisGateway(
        IStreams streams, TimeProvider time, GatewayOptions options, byte[] tokenKey, GatewayMetrics metrics, ILoggerFactory logs,
        EncryptionKeys? keyRing = null, IControlAudit? audit = null, IDeliveryStreams? deliveries = null)
    {
        _auditor = new ControlAuditor(audit ?? NoControlAudit.Instance, time);
        _options = options;
        _time = time;
        _metrics = metrics;
        _log = logs.CreateLogger<KinesisGateway>();
        _lines = new LogLimiter(time);
        AccessKey[] keys = options.AccessKeys.IsDefault ? [] : [.. options.AccessKeys];
        _verifier = new SigV4Verifier(keys, time);
        _callers = new Callers(keys, options.AccountId);
        _limits = options.Limits == LimitsMode.Compat ? new CompatLimits(time) : null;
        _bodies = new BodyBudget(options.RequestBodiesBytesMax);
        var sealer = new TokenSealer(tokenKey, time);
        var iterators = new ShardIterators(sealer, time);
        var tokens = new PageTokens(sealer, time);
        var puts = new PutPlan(streams, time, options.ReroutePatience, _limits);
        var producers = new ProducerPuts(streams, time, options.ReroutePatience);
        var tries = new TriesOfCalls(streams, time, options.DetectRetries);
        var positions = new StartingPositions(streams, time);
        _subscriptions = new Subscriptions(options.FanOut, time, metrics);
        var fanOut = new SubscriptionServices(streams, _subscriptions, options.FanOut, time, metrics, logs.CreateLogger<Subscription>());
        var changer = new StreamChanger(streams, isCompat: _limits is not null);
        IApiAction[] actions =
        [
            .. ControlActions.All(streams, changer, tokens, keyRing ?? EncryptionKeys.None),
            new CreateStream(streams),
            new DeleteStream(streams),
            new DescribeStream(streams),
            new DescribeStreamSummary(streams),
            new ListStreams(streams, tokens),
            new ListShards(streams, tokens, time, _limits),
            new PutRecord(streams, puts, producers, tries, metrics),
            new PutRecords(streams, puts, producers, tries, metrics),
            new GetShardIterator(positions, iterators, _limits),
            new SubscribeToShard(positions, fanOut, _limits),
            new GetRecords(streams, iterators, new BodyBudget(options.AnswersBytesMax), _limits, metrics, logs.CreateLogger<GetRecords>(), time),
        ];
        if (deliveries is not null)
        {
            // Rates of shards are for streams that clients know of.
            var deliveryPuts = new PutPlan(streams, time, options.ReroutePatience, _limits is null ? null : new DeliveryLimits(time));
            actions =
            [
                .. actions,
                .. FirehoseActions.All(streams, deliveries, keyRing ?? EncryptionKeys.None, deliveryPuts, producers, tries, metrics, time),
            ];
        }
        _actions = actions.ToFrozenDictionary(a => a.Api.TargetPrefix + a.Operation);
    }

    /// <summary>Subscriptions that are open.</summary>
    public int SubscriptionCount => _subscriptions.Count;

    /// <summary>Ends every subscription, so that a server that stops need not wait for them.</summary>
    public void EndSubscriptions() => _subscriptions.End();

    public async Task InvokeAsync(HttpContext http)
    {
        Func<Task>? push = null;
        var started = _time.GetTimestamp();
        _metrics.RequestStarted();
        var operation = "Unknown";
        string? error = null;
        Activity? trace = null;
        try
        {
            // Without keys anybody on this machine may call, and that includes every page that its browser shows.
            var isForeign = _options.RequiresLoopback && Origins.IsForeign(http.Request);
            WriteCommonHeaders(http, http.Request.Headers.Origin.Count > 0 && !isForeign);
            if (isForeign) throw KinesisErrors.ForeignPage();
            if (http.Request.Method == HttpMethods.Options && http.Request.Headers.Origin.Count > 0)
            {
                operation = "Preflight";
                WritePreflight(http);
                return;
            }
            var action = Target(http.Request);
            if (action is not null) operation = action.Label;
            trace = GatewayTracing.Start(operation, http.Request);
            push = await HandleAsync(http, action);
        }
        catch (ApiException e)
        {
            error = e.Type;
            await WriteErrorAsync(http, e);
        }
        catch (Exception e) when (http.RequestAborted.IsCancellationRequested
            || e is OperationCanceledException or ConnectionResetException or ConnectionAbortedException)
        {
            // The client is gone, so nobody is there to answer. Whatever was being appended goes on by itself.
            error = "ClientGone";
            http.Abort();
        }
        catch (Exception e)
        {
            error = "InternalFailure";
            if (_lines.Allows($"{operation}: {e.GetType()}", out var note)) _log.LogError(e, "Call of {Operation} failed on a broken invariant{Note}", operation, note);
            await WriteErrorAsync(http, KinesisErrors.InternalFailure());
        }
        finally
        {
            if (error is not null) trace?.SetStatus(ActivityStatusCode.Error, error);
            trace?.Dispose();
            _metrics.RequestEnded(operation, error, _time.GetElapsedTime(started));
        }
        if (push is not null) await push();
    }

    /// <summary>What goes on when the request is done with; null for nothing.</summary>
    private async Task<Func<Task>?> HandleAsync(HttpContext http, IApiAction? action)
    {
        if (http.Request.Method != HttpMethods.Post)
        {
            throw new ApiException(
                "AccessDeniedException", "Unable to determine service/operation name to be authorized", StatusCodes.Status403Forbidden);
        }
        if (Interlocked.Increment(ref _requests) > _options.RequestsMax)
        {
            Interlocked.Decrement(ref _requests);
            throw KinesisErrors.Busy($"More than {_options.RequestsMax} requests are being worked on; try again.");
        }
        try
        {
            using var body = await RequestBody.ReadAsync(http.Request, _options.RequestBodyBytesMax, _bodies, http.RequestAborted);
            return await DispatchAsync(http, action, body.Bytes);
        }
        finally
        {
            Interlocked.Decrement(ref _requests);
        }
    }

    private async Task<Func<Task>?> DispatchAsync(HttpContext http, IApiAction? action, Memory<byte> body)
    {
        if (body.IsEmpty)
        {
            // Observed: the answer to nothing at all is CBOR unless the type says JSON.
            var nothing = action is null ? KinesisErrors.UnknownOperation() : KinesisErrors.Malformed();
            throw nothing.In(ContentTypes.EncodingOf(http.Request) ?? WireEncoding.Cbor);
        }
        if (ContentTypes.EncodingOf(http.Request) is not { } encoding)
        {
            throw http.Request.Headers["X-Amz-Target"].ToString().Contains('.')
                ? new ApiException("UnknownOperationException", null, StatusCodes.Status404NotFound)
                : new ApiException(
                    "AccessDeniedException", "Unable to determine service/operation name to be authorized", StatusCodes.Status403Forbidden);
        }
        if (encoding == WireEncoding.Cbor && action is { Api.TakesCbor: false })
            throw new ApiException("UnknownOperationException", null, StatusCodes.Status404NotFound).In(WireEncoding.Json);
        // An action parses its body itself, so it is only parsed here where a later check would otherwise be reported first.
        if (action is null) throw ShapeReader.IsObject(body.Span, encoding) ? KinesisErrors.UnknownOperation() : KinesisErrors.Malformed();
        switch (_verifier.Verify(new IncomingMessage(http.Request), body.Span, action.Api.Service))
        {
            case AuthResult.Refused refused:
                throw ShapeReader.IsObject(body.Span, encoding) ? new ApiException(refused.Error, refused.Message) : KinesisErrors.Malformed();
            case AuthResult.Accepted accepted:
                var call = new ApiCall(
                    http, action.Operation, _callers.Of(accepted.AccessKeyId), accepted.Region, _options.AccountId, body, encoding, action.Api);
                await (ControlAuditor.Watches(action.Operation) ? _auditor.WatchAsync(call, c => PerformAsync(action, c)) : PerformAsync(action, call));
                return call.Push;
            default:
                throw new InvalidOperationException("No other result of a check of signatures is known.");
        }
    }

    private Task PerformAsync(IApiAction action, ApiCall call)
    {
        Access.CheckOperation(call);
        _limits?.TakeCall(call);
        return action.InvokeAsync(call);
    }

    private IApiAction? Target(HttpRequest request) => _actions.GetValueOrDefault(request.Headers["X-Amz-Target"].ToString());

    private static void WriteCommonHeaders(HttpContext http, bool hasOrigin)
    {
        var headers = http.Response.Headers;
        headers["x-amzn-RequestId"] = Guid.NewGuid().ToString();
        if (hasOrigin) headers.AccessControlAllowOrigin = "*";
        if (hasOrigin && http.Request.Method == HttpMethods.Options) return;
        if (hasOrigin) headers.AccessControlExposeHeaders = ExposedHeaders;
        Span<byte> id = stackalloc byte[72];
        RandomNumberGenerator.Fill(id);
        headers["x-amz-id-2"] = Convert.ToBase64String(id);
    }

    private static void WritePreflight(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.AccessControlMaxAge = "172800";
        if (Echoable(http.Request.Headers.AccessControlRequestHeaders) is { } wanted) headers.AccessControlAllowHeaders = wanted;
        if (Echoable(http.Request.Headers.AccessControlRequestMethod) is { } method) headers.AccessControlAllowMethods = method;
        http.Response.ContentLength = 0;
    }

    // The server throws on a response header that is not printable ASCII, which a request header need not be.
    private static string? Echoable(StringValues values) =>
        values.ToString() is { Length: > 0 } text && text.All(c => c is >= ' ' and <= '~') ? text : null;

    private static async Task WriteErrorAsync(HttpContext http, ApiException error)
    {
        if (http.Response.HasStarted)
        {
            // Part of an answer is out; only the end of the connection can say that it is not whole.
            http.Abort();
            return;
        }
        // What was not read of the request would otherwise be drained for some seconds. HTTP/2 ends its stream by itself.
        if (error.Status is StatusCodes.Status413PayloadTooLarge or StatusCodes.Status408RequestTimeout
            && HttpProtocol.IsHttp11(http.Request.Protocol))
        {
            http.Response.Headers.Connection = "close";
        }
        http.Response.StatusCode = error.Status;
        if ((error.Encoding ?? ContentTypes.EncodingOf(http.Request)) is not { } encoding || http.Request.Method != HttpMethods.Post)
        {
            await WriteXmlErrorAsync(http, error);
            return;
        }
        await AnswerWriter.WriteAsync(
            http.Response,
            encoding,
            writer =>
            {
                writer.String("__type", error.Type);
                writer.String(error.CapitalMessage ? "Message" : "message", error.Detail);
            },
            CancellationToken.None);
    }

    // Without a content type the service can't know what the client reads.
    private static async Task WriteXmlErrorAsync(HttpContext http, ApiException error)
    {
        var text = error.Detail is { } detail
            ? $"<{error.Type}>\n  <Message>{detail}</Message>\n</{error.Type}>\n"
            : $"<{error.Type}/>\n";
        var bytes = Encoding.UTF8.GetBytes(text);
        http.Response.ContentLength = bytes.Length;
        await http.Response.BodyWriter.WriteAsync(bytes, CancellationToken.None);
    }
}
