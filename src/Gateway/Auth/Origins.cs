using System.Net;
using Microsoft.AspNetCore.Http;

namespace ActorStreams.Gateway.Auth;

/// <summary>Tells where the page comes from that makes a browser call.</summary>
internal static class Origins
{
    /// <summary>Whether a page of another machine calls, or one that does not say where it is from.</summary>
    public static bool IsForeign(HttpRequest request) =>
        request.Headers.Origin.Any(origin => !Uri.TryCreate(origin, UriKind.Absolute, out var page) || !IsLoopback(page));

    // By name only as far as the name can't be given to another address: DNS may answer anything for the rest.
    private static bool IsLoopback(Uri page) =>
        page.Scheme is "http" or "https"
        && (page.Host == "localhost" || (IPAddress.TryParse(page.DnsSafeHost, out var address) && IPAddress.IsLoopback(address)));
}
