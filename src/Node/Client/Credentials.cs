using ActorStreams.Gateway.Auth;

namespace ActorStreams.Node.Client;

/// <summary>Credentials and region out of the environment, under the names that AWS's own tools read.</summary>
internal static class Credentials
{
    public static string DefaultRegion =>
        Environment.GetEnvironmentVariable("AWS_REGION") ?? Environment.GetEnvironmentVariable("AWS_DEFAULT_REGION") ?? "us-east-1";

    /// <summary>A node without access keys takes any, so there is something to sign with where nothing is set.</summary>
    public static AccessKey FromEnvironment() => new(
        Environment.GetEnvironmentVariable("AWS_ACCESS_KEY_ID") ?? "local",
        Environment.GetEnvironmentVariable("AWS_SECRET_ACCESS_KEY") ?? "local");
}
