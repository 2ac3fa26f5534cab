using Microsoft.AspNetCore.Http;

namespace ActorStreams.Gateway.Wire;

/// <summary>The content types that the endpoint reads and writes.</summary>
internal static class ContentTypes
{
    private const string Json = "application/x-amz-json-1.1";
    private const string Cbor = "application/x-amz-cbor-1.1";

    /// <summary>The encoding of the request, which is also that of the answer; null when its type is none of ours.</summary>
    public static WireEncoding? EncodingOf(HttpRequest request)
    {
        var header = request.Headers.ContentType.ToString().AsSpan();
        var semicolon = header.IndexOf(';');
        var type = (semicolon < 0 ? header : header[..semicolon]).Trim();
        return type.Equals(Json, StringComparison.OrdinalIgnoreCase) ? WireEncoding.Json : null;
    }

    public static string NameOf(WireEncoding encoding) => encoding == WireEncoding.Json ? Json : Cbor;
}
