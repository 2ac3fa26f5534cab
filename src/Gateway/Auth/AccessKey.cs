namespace ActorStreams.Gateway.Auth;

/// <summary>Credentials that clients sign with. The secret never leaves the process and is not printed.</summary>
public sealed record AccessKey(string AccessKeyId, string SecretAccessKey)
{
    public override string ToString() => AccessKeyId;
}
