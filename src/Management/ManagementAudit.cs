using Microsoft.Extensions.Logging;

namespace ActorStreams.Management;

/// <summary>A change that was asked for on the admin endpoint, and how it ended.</summary>
/// <param name="Caller">Address that it came from.</param>
/// <param name="Status">HTTP status of the answer; 200 is done.</param>
public sealed record ManagementChange(DateTimeOffset At, string Method, string Path, string Caller, int Status, string Message);

/// <summary>Takes note of every change that was asked for, refused ones too. Called once the answer is known; safe from any thread.</summary>
public interface IManagementAudit
{
    void Changed(ManagementChange change);
}

/// <summary>Notes changes in the log.</summary>
public sealed class LoggedAudit(ILoggerFactory loggers) : IManagementAudit
{
    private readonly ILogger _log = loggers.CreateLogger("ActorStreams.Audit");

    public void Changed(ManagementChange change) => _log.LogInformation(
        "{Method} {Path} from {Caller}: {Status}, {Message}", change.Method, change.Path, change.Caller, change.Status, change.Message);
}
