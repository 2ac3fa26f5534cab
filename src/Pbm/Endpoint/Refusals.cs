using System.Net;
using System.Text.Json;
using ActorStreams.Pbm.Contract;

namespace ActorStreams.Pbm.Endpoint;

/// <summary>What to tell of an answer that is no success.</summary>
internal static class Refusals
{
    public static PbmException Of(Answer answer)
    {
        if (Message(answer.Body) is not { } message) return Unreachable.NoManagementEndpoint(answer, null);
        return answer.Status switch
        {
            HttpStatusCode.Unauthorized => PbmException.Refused($"{Unreachable.Name(answer.Endpoint)} wants a token: {message} Give it with --token-file, --token or PBM_TOKEN."),
            HttpStatusCode.ServiceUnavailable => PbmException.Partial(message),
            _ => PbmException.Refused(message),
        };
    }

    /// <summary>What the endpoint says, or null when the body is not one of ours.</summary>
    public static string? Message(string body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, ContractJson.Default.MessageAnswer)?.Message;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
