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
        if (type.Equals(Json, StringComparison.OrdinalIgnoreCase)) return WireEncoding.Json;
        return type.Equals(Cbor, StringComparison.OrdinalIgnoreCase) ? WireEncoding.Cbor : null;
    }

    public static string NameOf(WireEncoding encoding) => encoding == WireEncoding.Json ? Json : Cbor;
}
