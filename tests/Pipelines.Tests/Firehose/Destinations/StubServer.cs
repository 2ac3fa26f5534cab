using System.Collections.Concurrent;
using System.IO.Compression;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ActorStreams.Pipelines.Tests.Firehose.Destinations;

/// <summary>A request as a server saw it, unzipped.</summary>
public sealed record SeenRequest(string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers, byte[] Body);

/// <summary>An HTTP server that keeps what it is asked and answers what the test says.</summary>
public sealed class StubServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<SeenRequest> _requests = new();
    private readonly WebApplication _server;

    private StubServer(WebApplication server) => _server = server;

    public Func<SeenRequest, HttpContext, Task> Answer { get; set; } = (_, _) => Task.CompletedTask;

    public Uri Url { get; private set; } = new("http://127.0.0.1/");

    public IReadOnlyList<SeenRequest> Requests => [.. _requests];

    public static async Task<StubServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(k => k.Limits.MaxRequestBodySize = null);
        var server = builder.Build();
        var stub = new StubServer(server);
        server.Run(stub.HandleAsync);
        await server.StartAsync();
        stub.Url = new Uri(server.Urls.First());
        return stub;
    }

    /// <summary>Answers every request with a status and a body.</summary>
    public void Always(int status, string body = "", params (string Name, string Value)[] headers) => Answer = (_, context) =>
    {
        context.Response.StatusCode = status;
        foreach (var (name, value) in headers) context.Response.Headers[name] = value;
        return context.Response.WriteAsync(body);
    };

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        var body = new MemoryStream();
        if (context.Request.Headers.ContentEncoding == "gzip")
            await new GZipStream(context.Request.Body, CompressionMode.Decompress).CopyToAsync(body);
        else
            await context.Request.Body.CopyToAsync(body);
        var headers = context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var seen = new SeenRequest(context.Request.Method, context.Request.Path, context.Request.QueryString.Value ?? "", headers, body.ToArray());
        _requests.Enqueue(seen);
        await Answer(seen, context);
    }
}
