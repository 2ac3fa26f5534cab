using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;

namespace ActorStreams.Management;

/// <summary>
/// The admin endpoint: <c>/alive</c>, <c>/ready</c>, <c>/metrics</c>, <c>/streams</c>, <c>/pipelines</c>. A listener of its own, first to
/// start and last to stop, so that probes get an answer while the node opens its store and while it drains.
/// </summary>
public sealed class ManagementServer(ManagementOptions options, Readiness readiness, IEnumerable<IManagementPage> pages, ILoggerFactory loggers)
    : IAsyncDisposable
{
    private readonly Dictionary<string, IManagementPage> _pages = pages.ToDictionary(p => p.Path, StringComparer.Ordinal);
    private WebApplication? _app;

    /// <summary>The port it listens on, also when the settings said 0.</summary>
    public int Port { get; private set; }

    public async Task StartAsync(CancellationToken cancel)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = 100;
            kestrel.Listen(IPAddress.Parse(options.BindAddress), options.Port);
        });
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter("ActorStreams", "ActorStreams.*", "System.Runtime", "Microsoft.AspNetCore.Server.Kestrel")
            .AddPrometheusExporter());
        _app = builder.Build();
        _app.UseOpenTelemetryPrometheusScrapingEndpoint();
        _app.Run(AnswerAsync);
        await _app.StartAsync(cancel);
        var addresses = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        Port = new Uri(addresses.Addresses.First()).Port;
    }

    public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? ValueTask.CompletedTask;

    private Task AnswerAsync(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = "GET, HEAD";
            return Task.CompletedTask;
        }

        return context.Request.Path.Value switch
        {
            "/alive" => context.Response.WriteAsJsonAsync(new AliveAnswer("alive"), ManagementJson.Default.AliveAnswer),
            "/ready" => AnswerReadyAsync(context),
            { } path when _pages.TryGetValue(path, out var page) => page.AnswerAsync(context),
            _ => AnswerUnknownAsync(context),
        };
    }

    private Task AnswerReadyAsync(HttpContext context)
    {
        var ready = readiness.IsReady;
        context.Response.StatusCode = ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return context.Response.WriteAsJsonAsync(new ReadyAnswer(ready, readiness.Parts), ManagementJson.Default.ReadyAnswer);
    }

    private Task AnswerUnknownAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        string[] known = ["/alive", "/ready", "/metrics", .. _pages.Keys.Order(StringComparer.Ordinal)];
        return context.Response.WriteAsJsonAsync(new UnknownPageAnswer("There is no such page.", known), ManagementJson.Default.UnknownPageAnswer);
    }
}
