using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace ActorStreams.Gateway.Hosting;

/// <summary>A span for each call, named as its operation; under the trace that the caller names, if any. Without a listener nothing is made.</summary>
public static class GatewayTracing
{
    public static readonly ActivitySource Source = new("ActorStreams.Gateway");

    internal static Activity? Start(string operation, HttpRequest request)
    {
        if (!Source.HasListeners()) return null;
        ActivityContext.TryParse(request.Headers.TraceParent, request.Headers.TraceState, isRemote: true, out var parent);
        return Source.StartActivity(operation, ActivityKind.Server, parent);
    }
}
