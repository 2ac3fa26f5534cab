using System.Data.Common;
using System.Net;
using Akka.Actor;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ActorStreams.Management;

/// <summary>
/// The admin endpoint: <c>/alive</c>, <c>/ready</c>, <c>/metrics</c> and the routes of its pages. A listener of its own, first to start and
/// last to stop, so that probes get an answer while the node opens its store and while it drains. Refusals are
/// <c>{"message": "..."}</c> on every route.
/// </summary>
/// <param name="audit">Told of every change that is asked for.</param>
/// <param name="telemetry">Null sends nothing.</param>
public sealed class ManagementServer(
    ManagementOptions options, Readiness readiness, IEnumerable<IManagementPage> pages, IManagementAudit audit, ILoggerFactory loggers, TimeProvider clock,
    TelemetryOptions? telemetry = null)
    : IAsyncDisposable
{
    private const string Metrics = "/metrics";
    private const long BodyBytesMax = 64 << 10;
    private readonly ManagementRoute[] _routes = [.. ((IEnumerable<IManagementPage>)[new HealthPage(readiness), .. pages]).SelectMany(p => p.Routes)];
    private readonly ILogger _log = loggers.CreateLogger<ManagementServer>();
    private BearerToken? _token;
    private WebApplication? _app;

    /// <summary>The port it listens on, also when the settings said 0.</summary>
    public int Port { get; private set; }

    public async Task StartAsync(CancellationToken cancel)
    {
        _token = BearerToken.Load(options);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = 100;
            kestrel.Limits.MaxRequestBodySize = BodyBytesMax;
            kestrel.Listen(IPAddress.Parse(options.BindAddress), options.Port);
        });
        AddTelemetry(builder.Services);
        _app = builder.Build();
        _app.Use(NoteChangeAsync);
        _app.UseStatusCodePages(DescribeRefusalAsync);
        _app.Use(RefuseStrangersAsync);
        _app.UseOpenTelemetryPrometheusScrapingEndpoint(Metrics);
        _app.UseRouting();
        _app.Use(AnswerFailuresAsync);
        foreach (var route in _routes)
        {
            string[] methods = route.Method == HttpMethods.Get ? [HttpMethods.Get, HttpMethods.Head] : [route.Method];
            _app.MapMethods(route.Template, methods, (HttpContext context) => route.AnswerAsync(Call(context)));
        }
        await _app.StartAsync(cancel);
        var addresses = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        Port = new Uri(addresses.Addresses.First()).Port;
    }

    public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? ValueTask.CompletedTask;

    private void AddTelemetry(IServiceCollection services)
    {
        var open = services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService("actorstreams")).WithMetrics(metrics =>
        {
            metrics.AddMeter("ActorStreams", "ActorStreams.*", "System.Runtime", "Microsoft.AspNetCore.Server.Kestrel").AddPrometheusExporter();
            if (telemetry?.OtlpEndpoint is { } endpoint) metrics.AddOtlpExporter(otlp => otlp.Endpoint = endpoint);
        });
        if (telemetry?.OtlpEndpoint is { } traces)
        {
            open.WithTracing(tracing => tracing
                .AddSource("ActorStreams.*")
                .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(telemetry.SampleRatio)))
                .AddOtlpExporter(otlp => otlp.Endpoint = traces));
        }
    }

    private static ManagementCall Call(HttpContext context)
    {
        var call = new ManagementCall(context);
        context.Features.Set(call);
        return call;
    }

    private Task RefuseStrangersAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path.Value is HealthPage.Alive or HealthPage.Ready) return next(context);
        if (_token is null)
        {
            return IsOfAWebPage(context.Request)
                ? RefuseAsync(context, StatusCodes.Status403Forbidden, "Pages of a browser are not let in without a token: set Management:Token.")
                : next(context);
        }
        if (_token.IsShownBy(context.Request.Headers.Authorization)) return next(context);
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return RefuseAsync(context, StatusCodes.Status401Unauthorized, "This endpoint asks for its token: Authorization: Bearer TOKEN, as Management:Token sets it.");
    }

    /// <summary>
    /// Whether it may be a page of another site, in a browser on this machine, that asks: browsers name the page with every change, and one
    /// that had its own name resolved to this machine shows that name as the host.
    /// </summary>
    private static bool IsOfAWebPage(HttpRequest request) =>
        request.Headers.Origin.Count > 0
        || !(request.Host.Host == "localhost" || (IPAddress.TryParse(request.Host.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address)));

    private async Task AnswerFailuresAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be answered.
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            var (status, message) = e switch
            {
                ManagementException refusal => (refusal.Status, refusal.Message),
                BadHttpRequestException bad => (bad.StatusCode, bad.Message),
                TimeoutException or AskTimeoutException => (StatusCodes.Status503ServiceUnavailable, e.Message),
                DbException => (StatusCodes.Status503ServiceUnavailable, $"The store does not answer: {e.Message}"),
                _ => (StatusCodes.Status500InternalServerError, "This request failed; the log of the node says why."),
            };
            if (status == StatusCodes.Status500InternalServerError) _log.LogError(e, "{Method} {Path} failed.", context.Request.Method, context.Request.Path);
            await RefuseAsync(context, status, message);
        }
    }

    /// <summary>What routing itself refuses has no body yet.</summary>
    private Task DescribeRefusalAsync(StatusCodeContext refused)
    {
        var context = refused.HttpContext;
        return context.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => AnswerUnknownAsync(context),
            StatusCodes.Status405MethodNotAllowed => RefuseAsync(
                context, StatusCodes.Status405MethodNotAllowed, $"{context.Request.Path} does not take {context.Request.Method}; it takes {context.Response.Headers.Allow}."),
            var status => RefuseAsync(context, status, $"The request was refused with status {status}."),
        };
    }

    private Task AnswerUnknownAsync(HttpContext context)
    {
        string[] known = [.. _routes.Select(r => r.Template).Append(Metrics).Distinct().Order(StringComparer.Ordinal)];
        return context.Response.WriteAsJsonAsync(new UnknownPageAnswer("There is no such page.", known), ManagementJson.Default.UnknownPageAnswer);
    }

    private static Task RefuseAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        context.Features.Set(new Refusal(message));
        return context.Response.WriteAsJsonAsync(new MessageAnswer(message), ManagementJson.Default.MessageAnswer);
    }

    private async Task NoteChangeAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        var request = context.Request;
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) return;
        audit.Changed(new ManagementChange(
            clock.GetUtcNow(), request.Method, request.Path, context.Connection.RemoteIpAddress?.ToString() ?? "", context.Response.StatusCode,
            context.Features.Get<Refusal>()?.Message ?? context.Features.Get<ManagementCall>()?.Message ?? ""));
    }

    private sealed record Refusal(string Message);
}
