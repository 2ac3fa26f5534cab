namespace ActorStreams.Node.Client;

/// <summary>The service refused a call, or could not be reached at all; <see cref="Error"/> is Kinesis's name for it, or <c>Unreachable</c>.</summary>
internal sealed class ApiException(string error, string message, bool mayPass, Exception? inner = null) : Exception(message, inner)
{
    public const string Unreachable = "Unreachable";

    public string Error { get; } = error;

    /// <summary>Whether the same call may succeed a little later.</summary>
    public bool MayPass { get; } = mayPass;
}
