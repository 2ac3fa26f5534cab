using Microsoft.AspNetCore.Http;

namespace ActorStreams.Management;

/// <summary>What a call is refused with; the message says what was wrong and what is allowed, and is sent to the caller.</summary>
public sealed class ManagementException(int status, string message) : Exception(message)
{
    /// <summary>The HTTP status of the answer.</summary>
    public int Status => status;

    public static ManagementException BadRequest(string message) => new(StatusCodes.Status400BadRequest, message);

    /// <summary>There is no such page, stream, shard, application or member.</summary>
    public static ManagementException NotFound(string message) => new(StatusCodes.Status404NotFound, message);

    /// <summary>The state of what was to be changed refuses the change.</summary>
    public static ManagementException Conflict(string message) => new(StatusCodes.Status409Conflict, message);

    /// <summary>A part of the node is not there yet, or an owner does not answer; may pass.</summary>
    public static ManagementException Unavailable(string message) => new(StatusCodes.Status503ServiceUnavailable, message);
}
