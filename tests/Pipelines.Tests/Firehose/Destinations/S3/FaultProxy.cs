using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace ActorStreams.Pipelines.Tests.Firehose.Destinations.S3;

public enum ProxyFault
{
    None,

    /// <summary>The server never sees the request.</summary>
    ServerError,

    /// <summary>Nothing is answered, ever.</summary>
    Stall,

    /// <summary>The connection ends before the server sees the request.</summary>
    Reset,

    /// <summary>The server does it, and the connection ends before its answer.</summary>
    AnswerLost,

    /// <summary>Answers as a server that does not know <c>If-None-Match</c> on writes; without that header the request passes.</summary>
    NoConditions,
}

/// <summary>Stands between a client and a server and goes wrong as it is told.</summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly WebApplication _server;
    private readonly Uri _target;

    private FaultProxy(WebApplication server, Uri target) => (_server, _target) = (server, target);

    /// <summary>Asked for each request: its text, such as <c>PUT /bucket/key?uploads</c>, and how many came before it with the same method.</summary>
    public Func<string, int, ProxyFault> Fault { get; set; } = (_, _) => ProxyFault.None;

    public Uri Endpoint { get; private set; } = new("http://127.0.0.1/");

    public IReadOnlyList<string> Requests => [.. _requests];

    public static async Task<FaultProxy> StartAsync(Uri target)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(k => k.Limits.MaxRequestBodySize = null);
        var server = builder.Build();
        var proxy = new FaultProxy(server, target);
        server.Run(proxy.HandleAsync);
        await server.StartAsync();
        proxy.Endpoint = new Uri(server.Urls.First());
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _http.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var text = $"{context.Request.Method} {target}";
        var before = _requests.Count(r => r.StartsWith(context.Request.Method, StringComparison.Ordinal));
        _requests.Enqueue(text);
        var fault = Fault(text, before);
        switch (fault)
        {
            case ProxyFault.Stall:
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                return;
            case ProxyFault.Reset:
                context.Abort();
                return;
            case ProxyFault.ServerError:
                await context.Request.Body.CopyToAsync(Stream.Null);
                await AnswerAsync(context, HttpStatusCode.InternalServerError, "InternalError");
                return;
            case ProxyFault.NoConditions when context.Request.Headers.IfNoneMatch.Count > 0:
                await context.Request.Body.CopyToAsync(Stream.Null);
                await AnswerAsync(context, HttpStatusCode.NotImplemented, "NotImplemented");
                return;
        }
        using var response = await ForwardAsync(context, target);
        if (fault == ProxyFault.AnswerLost)
        {
            context.Abort();
            return;
        }
        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
        {
            if (name is not ("Transfer-Encoding" or "Connection")) context.Response.Headers[name] = values.ToArray();
        }
        if (context.Request.Method != HttpMethods.Head) await response.Content.CopyToAsync(context.Response.Body);
    }

    private async Task<HttpResponseMessage> ForwardAsync(HttpContext context, string target)
    {
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri(_target, target));
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        request.Content = new ByteArrayContent(body.ToArray());
        foreach (var (name, values) in context.Request.Headers)
        {
            if (name is "Expect" or "Connection" or "Transfer-Encoding") continue;
            if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values)) request.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }
        return await _http.SendAsync(request);
    }

    private static Task AnswerAsync(HttpContext context, HttpStatusCode status, string code)
    {
        context.Response.StatusCode = (int)status;
        context.Response.ContentType = "application/xml";
        return context.Response.WriteAsync($"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>as the test wishes</Message></Error>");
    }
}
