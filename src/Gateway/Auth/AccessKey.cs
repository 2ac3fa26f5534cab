using ActorStreams.Gateway.Policies;

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

    /// <summary>
    /// What the key may do, a policy document of IAM in JSON; null, the default, is everything that no policy of a stream denies. A key of another
    /// account needs the stream's policy beside it.
    /// </summary>
    public string? Policy { get; init; }

    /// <summary>A file with the same, read at the start; instead of <see cref="Policy"/>.</summary>
    public string? PolicyFile { get; init; }

    /// <exception cref="PolicyException">It is not a policy.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    internal PolicyDocument? ReadPolicy()
    {
        var text = PolicyFile is { } file ? File.ReadAllText(file) : Policy;
        return text is null ? null : PolicyReader.ReadOfKey(text);
    }

    /// <summary>What is wrong with its policy; null where nothing is.</summary>
    internal string? PolicyProblem()
    {
        if (Policy is not null && PolicyFile is not null) return "has both a Policy and a PolicyFile; allowed is one of them.";
        try
        {
            ReadPolicy();
            return null;
        }
        catch (PolicyException e)
        {
            return $"has a {(PolicyFile is null ? nameof(Policy) : nameof(PolicyFile))} that cannot be used: {e.Message}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return $"has a PolicyFile that can't be read: {e.Message}";
        }
    }

    public override string ToString() => AccessKeyId;
}
