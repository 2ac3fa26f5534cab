using Microsoft.AspNetCore.Http;

namespace ActorStreams.Gateway.Wire;

/// <summary>The content types that the endpoint reads and writes.</summary>
internal static class ContentTypes
{
    public const string Json = "application/x-amz-json-1.1";

    /// <summary>The type of the request, which is also that of the answer; null when it is none of ours.</summary>
    public static string? Of(HttpRequest request)
    {
        var header = request.Headers.ContentType.ToString().AsSpan();
        var semicolon = header.IndexOf(';');
        var type = (semicolon < 0 ? header : header[..semicolon]).Trim();
        return type.Equals(Json, StringComparison.OrdinalIgnoreCase) ? Json : null;
    }
}
