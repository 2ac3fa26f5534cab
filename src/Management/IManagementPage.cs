using Microsoft.AspNetCore.Http;

namespace ActorStreams.Management;

/// <summary>A page of the admin endpoint, answered with JSON.</summary>
public interface IManagementPage
{
    /// <summary>The path it answers, such as <c>/streams</c>.</summary>
    string Path { get; }

    Task AnswerAsync(HttpContext context);
}
