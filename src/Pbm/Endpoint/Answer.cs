using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ActorStreams.Pbm.Endpoint;

/// <summary>What an endpoint answered.</summary>
internal sealed record Answer(Uri Endpoint, HttpStatusCode Status, string Body)
{
    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <exception cref="PbmException">The body is something else: another server listens there.</exception>
    public T Read<T>(JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(Body, type) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw Unreachable.NoManagementEndpoint(this, e);
        }
    }
}
