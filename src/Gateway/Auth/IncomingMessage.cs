using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ActorStreams.Gateway.Auth;

/// <summary>A received request as signatures look at it.</summary>
internal sealed class IncomingMessage : ISignedMessage
{
    private readonly HttpRequest _request;

    public IncomingMessage(HttpRequest request)
    {
        _request = request;
        var target = request.HttpContext.Features.Get<IHttpRequestFeature>()?.RawTarget;
        (RawPath, Query) = RequestTarget.Split(target is { Length: > 0 } ? target : "/");
    }

    public string Method => _request.Method;
    public string RawPath { get; }
    public IReadOnlyList<(string Name, string Value)> Query { get; }

    public string? Header(string name)
    {
        // Clients of HTTP/2 send, and sign, this in place of Host; Kestrel puts its value there.
        var values = _request.Headers[name == ":authority" ? "host" : name];
        return values.Count switch { 0 => null, 1 => values[0], _ => string.Join(',', values.ToArray()) };
    }
}
