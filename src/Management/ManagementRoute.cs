namespace ActorStreams.Management;

/// <summary>One method on one path, such as <c>GET /streams/{region}/{stream}</c>; a GET answers HEAD too.</summary>
/// <param name="Template">A route template of ASP.NET Core; its parameters are read by name from the call.</param>
/// <param name="AnswerAsync">Answers, or throws <see cref="ManagementException"/>.</param>
public sealed record ManagementRoute(string Method, string Template, Func<ManagementCall, Task> AnswerAsync)
{
    public static ManagementRoute Get(string template, Func<ManagementCall, Task> answer) => new("GET", template, answer);

    public static ManagementRoute Post(string template, Func<ManagementCall, Task> answer) => new("POST", template, answer);

    public static ManagementRoute Put(string template, Func<ManagementCall, Task> answer) => new("PUT", template, answer);

    public static ManagementRoute Delete(string template, Func<ManagementCall, Task> answer) => new("DELETE", template, answer);
}
