namespace ActorStreams.Gateway.Auth;

/// <summary>Credentials that clients sign with. The secret never leaves the process and is not printed.</summary>
public sealed record AccessKey(string AccessKeyId, string SecretAccessKey)
{
    /// <summary>Whose key it is, 12 digits; null, the default, is the account of the installation.</summary>
    public string? AccountId { get; init; }

    /// <summary>
    /// The user that policies name as <c>arn:aws:iam::account:user/name</c>; null, the default, is the access key's id. Keys of one
    /// user have the same rights.
    /// </summary>
    public string? UserName { get; init; }

    public override string ToString() => AccessKeyId;
}
