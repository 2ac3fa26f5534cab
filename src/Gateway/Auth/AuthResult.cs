namespace ActorStreams.Gateway.Auth;

/// <summary>Who asks and for which region, or why the request is not believed: error name and text as AWS gives them.</summary>
public abstract record AuthResult
{
    private AuthResult() { }

    public sealed record Accepted(string AccessKeyId, string Region) : AuthResult;

    public sealed record Refused(string Error, string Message) : AuthResult;

    internal static Refused Incomplete(string message) => new("IncompleteSignatureException", message);

    internal static Refused Invalid(string message) => new("InvalidSignatureException", message);
}
