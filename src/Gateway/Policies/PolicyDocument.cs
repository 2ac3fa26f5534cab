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

/// <summary>A resource policy as <see cref="PolicyReader"/> understood it. Its resource is the one that it is attached to.</summary>
internal sealed record PolicyDocument(ImmutableArray<PolicyStatement> Statements)
{
    /// <summary>For a text that cannot be read any more: nobody is let in by what nobody can read.</summary>
    public static PolicyDocument DenyAll { get; } = new(
        [new PolicyStatement(IsAllow: false, [new PolicyPrincipal(null, null)], ["*"], IsExcept: false)]);

    /// <param name="operation">As the API names it, without a prefix.</param>
    public PolicyVerdict Judge(Caller caller, string operation)
    {
        var verdict = PolicyVerdict.Silent;
        foreach (var statement in Statements)
        {
            if (!statement.Covers(operation) || !statement.Means(caller)) continue;
            if (!statement.IsAllow) return PolicyVerdict.Denied;
            verdict = PolicyVerdict.Allowed;
        }
        return verdict;
    }
}

/// <param name="Actions">Patterns of operations, without their prefix; letter case does not count.</param>
/// <param name="IsExcept">The statement is about all operations but these.</param>
internal sealed record PolicyStatement(
    bool IsAllow, ImmutableArray<PolicyPrincipal> Principals, ImmutableArray<string> Actions, bool IsExcept)
{
    public bool Covers(string operation) => Actions.Any(a => Wildcard.Matches(a, operation, ignoreCase: true)) != IsExcept;

    public bool Means(Caller caller) => Principals.Any(p => p.Means(caller));
}

/// <param name="AccountId">Null for everybody.</param>
/// <param name="UserName">Null for all users of the account.</param>
internal sealed record PolicyPrincipal(string? AccountId, string? UserName)
{
    public bool Means(Caller caller) =>
        (AccountId is null || AccountId == caller.AccountId) && (UserName is null || UserName == caller.UserName);
}
