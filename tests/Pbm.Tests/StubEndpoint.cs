using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ActorStreams.Pbm.Tests;

/// <summary>A management endpoint that answers what it was told to, and remembers what it was asked.</summary>
internal sealed class StubEndpoint : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Func<HttpContext, Task>> _answers = new();
    private readonly WebApplication _app;

    private StubEndpoint(WebApplication app)
    {
        _app = app;
        app.Run(AnswerAsync);
    }

    /// <summary><c>METHOD /path?query body</c>, in their order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>The authorization header of the last request.</summary>
    public string? Authorization { get; private set; }

    public string Address { get; private set; } = "";

    public static async Task<StubEndpoint> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls($"http://127.0.0.1:{port}");
        var stub = new StubEndpoint(builder.Build());
        await stub._app.StartAsync();
        stub.Address = stub._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return stub;
    }

    /// <summary>With the recorded answers of a cluster at work, for every page.</summary>
    public static async Task<StubEndpoint> StartRecordedAsync()
    {
        var stub = await StartAsync();
        stub.On("GET", "/ready", "ready");
        stub.On("GET", "/cluster/members", "members");
        stub.On("GET", "/cluster/shards", "sharding");
        stub.On("GET", "/streams", "streams");
        stub.On("GET", "/streams/us-east-1/orders", "stream");
        stub.On("GET", "/streams/us-east-1/orders/shards/shardId-000000000001", "shard");
        stub.On("GET", "/streams/us-east-1/orders/shards/shardId-000000000001/records", "records");
        stub.On("POST", "/streams/us-east-1/orders/shards/shardId-000000000001/verify", "verify-whole");
        stub.On("GET", "/leases", "leases");
        stub.On("GET", "/pipelines", "pipelines");
        stub.On("GET", "/pipelines/alerts", "pipeline");
        stub.On("GET", "/pipelines/firehose%3Aus-east-1%3Abadges", "pipeline-delivery");
        stub.On("GET", "/deliveries", "deliveries");
        stub.On("GET", "/deliveries/us-east-1/badges", "delivery");
        stub.On("GET", "/pipelines/alerts/leases", "alerts-leases");
        stub.On("GET", "/pipelines/alerts/why/shardId-000000000001", "why");
        return stub;
    }

    public static string Recorded(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Contract", name + ".json"));

    public void On(string method, string path, string recorded, int status = 200) => OnText(method, path, Recorded(recorded), status);

    public void OnText(string method, string path, string body, int status = 200) => On(method, path, context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body);
    });

    public void On(string method, string path, Func<HttpContext, Task> answer) => _answers[$"{method} {path}"] = answer;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync();
        // As it came: Path is decoded already, and the node's address holds slashes.
        var path = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        Authorization = request.Headers.Authorization;
        Requests.Enqueue($"{request.Method} {path} {body}".TrimEnd());
        if (_answers.TryGetValue($"{request.Method} {path.Split('?')[0]}", out var answer))
        {
            await answer(context);
            return;
        }

        context.Response.StatusCode = 404;
        await context.Response.WriteAsync("""{"message":"There is no such page.","pages":[]}""");
    }
}
