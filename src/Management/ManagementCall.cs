using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ActorStreams.Management;

/// <summary>A request to a page, and its answer.</summary>
public sealed class ManagementCall(HttpContext http)
{
    public HttpContext Http => http;

    public CancellationToken Cancel => http.RequestAborted;

    /// <summary>A parameter of the path, decoded.</summary>
    // A server leaves an encoded slash as it is, so that it does not part the path; an actor's address holds two of them.
    public string this[string parameter] => ((string)http.GetRouteValue(parameter)!).Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    /// <summary>A parameter of the query; null where it is not there or empty.</summary>
    public string? Query(string name) => http.Request.Query.TryGetValue(name, out var values) && values is [{ Length: > 0 } value] ? value : null;

    /// <exception cref="ManagementException">It is there and is not a whole number within the bounds.</exception>
    public int Query(string name, int otherwise, int min, int max)
    {
        if (Query(name) is not { } text) return otherwise;
        return int.TryParse(text, out var value) && value >= min && value <= max
            ? value
            : throw ManagementException.BadRequest($"{name} is '{text}'; allowed is a whole number from {min} to {max}.");
    }

    /// <summary>The body, as JSON.</summary>
    /// <exception cref="ManagementException">There is none, or it is not what is wanted.</exception>
    public async Task<T> ReadAsync<T>(JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(http.Request.Body, type, Cancel)
                ?? throw ManagementException.BadRequest("The body is null; wanted is a JSON object.");
        }
        catch (JsonException e)
        {
            throw ManagementException.BadRequest($"The body is not the JSON object that is wanted: {e.Message}");
        }
    }

    /// <summary>A field of a form, as Akka.Management's clients send it.</summary>
    /// <exception cref="ManagementException">The body is not a form or has no such field.</exception>
    public async Task<string> ReadFieldAsync(string name)
    {
        if (!http.Request.HasFormContentType) throw ManagementException.BadRequest($"Wanted is a form with the field {name}.");
        var form = await http.Request.ReadFormAsync(Cancel);
        return form.TryGetValue(name, out var values) && values is [{ Length: > 0 } value]
            ? value
            : throw ManagementException.BadRequest($"The form has no field {name}.");
    }

    public Task AnswerAsync<T>(T answer, JsonTypeInfo<T> type) => http.Response.WriteAsJsonAsync(answer, type, cancellationToken: Cancel);

    /// <summary>Answers a change that was made, or is under way, with what was done.</summary>
    public Task DoneAsync(string message)
    {
        Message = message;
        return AnswerAsync(new MessageAnswer(message), ManagementJson.Default.MessageAnswer);
    }

    /// <summary>What a change was answered with, for the audit.</summary>
    internal string? Message { get; private set; }
}
