using System.Collections.Immutable;
using ActorStreams.Gateway.Auth;

namespace ActorStreams.Gateway.Policies;

/// <summary>What a policy says about one call.</summary>
internal enum PolicyVerdict
{
    /// <summary>No statement speaks of it.</summary>
    Silent,
    Allowed,

    /// <summary>A statement forbids it, whatever others allow.</summary>
    Denied,
}

/// <summary>A policy as <see cref="PolicyReader"/> understood it: of a resource, for whoever calls, or of an access key, for whatever it calls.</summary>
internal sealed record PolicyDocument(ImmutableArray<PolicyStatement> Statements)
{
    /// <summary>For a text that cannot be read any more: nobody is let in by what nobody can read.</summary>
    public static PolicyDocument DenyAll { get; } = new(
        [new PolicyStatement(IsAllow: false, [PolicyPrincipal.Everybody], ["*"], IsExcept: false, ["*"])]);

    /// <param name="operation">As the API names it, without a prefix.</param>
    /// <param name="arn">What the call is about; "*" where it is about the account.</param>
    /// <param name="service">The prefix that policies give the operation.</param>
    public PolicyVerdict Judge(Caller caller, string operation, string arn, string service = "kinesis")
    {
        var action = $"{service}:{operation}";
        var verdict = PolicyVerdict.Silent;
        foreach (var statement in Statements)
        {
            if (!statement.Covers(action) || !statement.Means(caller) || !statement.Reaches(arn)) continue;
            if (!statement.IsAllow) return PolicyVerdict.Denied;
            verdict = PolicyVerdict.Allowed;
        }
        return verdict;
    }
}

/// <param name="Actions">Patterns of operations with their prefix, or "*"; letter case does not count.</param>
/// <param name="IsExcept">The statement is about all operations but these.</param>
/// <param name="Resources">Patterns of ARNs. That of a resource's policy is the resource itself, and was checked when it was attached.</param>
internal sealed record PolicyStatement(
    bool IsAllow, ImmutableArray<PolicyPrincipal> Principals, ImmutableArray<string> Actions, bool IsExcept, ImmutableArray<string> Resources)
{
    /// <summary>A statement about the account, "*", is meant only by "*" itself.</summary>
    public bool Reaches(string arn) => Resources.Any(r => Wildcard.Matches(r, arn, ignoreCase: false));

    public bool Covers(string action) => Actions.Any(a => Wildcard.Matches(a, action, ignoreCase: true)) != IsExcept;

    public bool Means(Caller caller) => Principals.Any(p => p.Means(caller));
}

/// <param name="AccountId">Null for everybody.</param>
/// <param name="UserName">Null for all users of the account.</param>
internal sealed record PolicyPrincipal(string? AccountId, string? UserName)
{
    public static readonly PolicyPrincipal Everybody = new(null, null);

    public bool Means(Caller caller) =>
        (AccountId is null || AccountId == caller.AccountId) && (UserName is null || UserName == caller.UserName);
}
