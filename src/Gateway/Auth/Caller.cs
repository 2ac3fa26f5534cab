using System.Collections.Frozen;
using ActorStreams.Gateway.Policies;

namespace ActorStreams.Gateway.Auth;

/// <summary>Who makes a call: an access key and the user it belongs to.</summary>
/// <param name="IsTrusted">No access keys are configured: whoever reaches the node may do everything, so nothing is checked.</param>
/// <param name="Policy">What the key may do; null for everything that no policy of a resource denies.</param>
internal sealed record Caller(string AccessKeyId, string AccountId, string UserName, bool IsTrusted, PolicyDocument? Policy = null)
{
    public string Arn { get; } = $"arn:aws:iam::{AccountId}:user/{UserName}";
}

/// <summary>The callers that the settings name; made once, so that a call makes none.</summary>
internal sealed class Callers(IEnumerable<AccessKey> accessKeys, string installationAccount)
{
    private readonly FrozenDictionary<string, Caller> _byKey = accessKeys.ToFrozenDictionary(
        k => k.AccessKeyId,
        k => new Caller(k.AccessKeyId, k.AccountId ?? installationAccount, k.UserName ?? k.AccessKeyId, IsTrusted: false, k.ReadPolicy()));

    /// <summary>The caller of an accepted signature; without access keys any id is one of the installation's account.</summary>
    public Caller Of(string accessKeyId) =>
        _byKey.TryGetValue(accessKeyId, out var caller)
            ? caller
            : new Caller(accessKeyId, installationAccount, accessKeyId, IsTrusted: true);
}
