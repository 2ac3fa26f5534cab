using System.Net.Sockets;

namespace ActorStreams.Pbm.Endpoint;

/// <summary>Words for endpoints that do not answer: which one, why, and what to look at.</summary>
internal static class Unreachable
{
    private const string Advice =
        """
        Check that a node runs there and that --endpoint or PBM_ENDPOINT names its management port (8558 unless its settings say otherwise).
        From another machine, the node's ActorStreams:Management:BindAddress must not be 127.0.0.1, which is the default.
        """;

    public static PbmException Every(IReadOnlyList<string> failures) => new(
        ExitCodes.Unreachable,
        failures.Count == 1
            ? $"cannot reach {failures[0]}.\n{Advice}"
            : $"cannot reach any of {failures.Count} endpoints:\n  {string.Join("\n  ", failures)}\n{Advice}");

    public static PbmException OutcomeUnknown(Uri endpoint, Exception cause) => new(
        ExitCodes.Unreachable,
        $"{Name(endpoint)} took the request and did not answer: {Reason(cause)}. The change may have been made or not: look before trying again.");

    public static PbmException NoManagementEndpoint(Answer answer, Exception? cause) => new(
        ExitCodes.Unreachable,
        $"{Name(answer.Endpoint)} answered {(int)answer.Status}, but not as a management endpoint does: another server listens there, perhaps the node's gateway.\n{Advice}",
        cause);

    public static string Name(Uri endpoint) => endpoint.AbsoluteUri.TrimEnd('/');

    /// <summary>False only when no connection came about.</summary>
    public static bool MayHaveArrived(Exception e) =>
        e is not HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError };

    public static string Reason(Exception e) => e switch
    {
        TimeoutException timeout => timeout.Message,
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } http => $"the name cannot be resolved ({Inner(http)})",
        HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => "connection refused, nothing listens there",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } http => $"TLS failed ({Inner(http)})",
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } => "what listens there does not speak HTTP",
        HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } => "the connection was closed before an answer",
        _ => Inner(e),
    };

    private static string Inner(Exception e)
    {
        while (e.InnerException is { } inner) e = inner;
        return e.Message.TrimEnd('.');
    }
}
