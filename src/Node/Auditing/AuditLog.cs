using System.Text.Json;
using System.Text.Json.Serialization;
using ActorStreams.Gateway.Auditing;
using ActorStreams.Management;

namespace ActorStreams.Node.Auditing;

/// <summary>
/// Notes who changed what: in the log, and in a file where one is named. A line that can't be written is an error in the log and holds up nothing:
/// the change was made.
/// </summary>
internal sealed partial class AuditLog(AuditOptions options, ILoggerFactory loggers) : IControlAudit, IManagementAudit
{
    private readonly ILogger _log = loggers.CreateLogger("ActorStreams.Audit");
    private readonly Lock _gate = new();

    /// <exception cref="IOException">The file can't be written to.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static void Probe(AuditOptions options)
    {
        if (options.File is { } file) new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite).Dispose();
    }

    public void Called(ControlCall call)
    {
        _log.LogInformation(
            "{Operation} of {Parameters} in {Region} by {Caller} from {Address}: {Outcome}", call.Operation,
            string.Join(", ", call.Parameters.Select(p => $"{p.Key} {p.Value}")), call.Region, call.Caller, call.Address, call.Error ?? "done");
        Append(JsonSerializer.SerializeToUtf8Bytes(call, AuditJson.Default.ControlCall));
    }

    public void Changed(ManagementChange change)
    {
        _log.LogInformation(
            "{Method} {Path} from {Caller}: {Status}, {Message}", change.Method, change.Path, change.Caller, change.Status, change.Message);
        Append(JsonSerializer.SerializeToUtf8Bytes(change, AuditJson.Default.ManagementChange));
    }

    private void Append(byte[] line)
    {
        if (options.File is not { } file) return;
        try
        {
            lock (_gate)
            {
                using var stream = new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
                // One write, so that lines of several nodes on one file do not mix.
                stream.Write([.. line, (byte)'\n']);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _log.LogError("The audit file {File} can't be written to: {Reason}", file, e.Message);
        }
    }

    [JsonSourceGenerationOptions(
        PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonSerializable(typeof(ControlCall))]
    [JsonSerializable(typeof(ManagementChange))]
    private sealed partial class AuditJson : JsonSerializerContext;
}
