using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using ActorStreams.Gateway.Auth;
using ActorStreams.Gateway.Kinesis;
using ActorStreams.Gateway.Wire;

namespace ActorStreams.Gateway.Policies;

/// <summary>
/// Decides whether a caller may do what he asks for, as AWS does. A key of the account of a stream may do what its own policy or that of the
/// stream allows and neither denies, and everything where it has none of its own; a key of another account what the stream's policy allows and
/// its own, if it has one. Without access keys nothing is checked.
/// </summary>
internal static class Access
{
    // By the very string that a description holds, so that nothing is kept for longer than it.
    private static readonly ConditionalWeakTable<string, PolicyDocument> s_read = [];

    // Where requests name their resource; the texts of denials say which it was.
    private static readonly ImmutableArray<Member> s_arns =
        [new("StreamARN", MemberType.String), new("ResourceARN", MemberType.String), new("ConsumerARN", MemberType.String)];

    /// <summary>Operations on the account, which a key's policy allows by the resource "*".</summary>
    private static readonly FrozenSet<string> s_ofAccount =
    [
        "ListStreams", "DescribeLimits", "DescribeAccountSettings", "UpdateAccountSettings", "CreateChannel", "DeleteChannel", "DescribeChannel",
        "ListChannels", "UpdateChannel",
    ];

    /// <summary>Nothing is checked, or there is nothing to check: nearly every call.</summary>
    public static bool IsFree(KinesisCall call, string? policy) =>
        call.Caller.IsTrusted || (policy is null && !call.IsForeign && call.Caller.Policy is null);

    /// <summary>Throws the AccessDeniedException.</summary>
    /// <param name="arn">Of the stream or the consumer that the call is about.</param>
    /// <param name="policy">Of the same; null for none.</param>
    public static void Check(KinesisCall call, string arn, string? policy)
    {
        if (IsFree(call, policy)) return;
        var (caller, operation) = (call.Caller, call.Operation);
        var own = caller.Policy?.Judge(caller, operation, arn);
        if (own == PolicyVerdict.Denied) throw Denied(caller, operation, arn, "an identity-based policy");
        var ofResource = policy is null || (!call.IsForeign && SharedOperations.OfPolicies.Contains(operation))
            ? PolicyVerdict.Silent
            : s_read.GetValue(policy, PolicyReader.ReadAttached).Judge(caller, operation, arn);
        if (ofResource == PolicyVerdict.Denied) throw Denied(caller, operation, arn, "a resource-based policy");
        if (call.IsForeign && (ofResource == PolicyVerdict.Silent || !IsShared(operation))) throw NotAllowed(caller, operation, arn);
        if (own == PolicyVerdict.Silent && (call.IsForeign || ofResource == PolicyVerdict.Silent)) throw NotAllowedByKey(caller, operation, arn);
    }

    /// <summary>
    /// Operations on accounts, and those that streams are not shared for, are closed to other accounts whatever policies say; those on the account
    /// are open to keys with a policy where it says so.
    /// </summary>
    public static void CheckOperation(KinesisCall call)
    {
        if (call.IsForeign && !IsShared(call.Operation))
        {
            var named = call.Read(s_arns);
            throw NotAllowed(call.Caller, call.Operation, named.Text("StreamARN") ?? named.Text("ResourceARN") ?? named.Text("ConsumerARN"));
        }
        if (call.Caller.Policy is not null && s_ofAccount.Contains(call.Operation)) call.AuthorizeAccount();
    }

    /// <param name="arn">Null where the call is about the account, or does not say what it is about.</param>
    public static KinesisException NotAllowed(Caller caller, string operation, string? arn) => arn is null
        ? NotAllowedByKey(caller, operation, null)
        : KinesisErrors.AccessDenied(
            $"User: {caller.Arn} is not authorized to perform: kinesis:{operation} on resource: {arn} because no resource-based policy allows the kinesis:{operation} action");

    private static KinesisException NotAllowedByKey(Caller caller, string operation, string? arn) => KinesisErrors.AccessDenied(
        $"User: {caller.Arn} is not authorized to perform: kinesis:{operation}{(arn is null or "*" ? "" : $" on resource: {arn}")} because no identity-based policy allows the kinesis:{operation} action");

    private static KinesisException Denied(Caller caller, string operation, string arn, string where) => KinesisErrors.AccessDenied(
        $"User: {caller.Arn} is not authorized to perform: kinesis:{operation}{(arn == "*" ? "" : $" on resource: {arn}")} with an explicit deny in {where}");

    private static bool IsShared(string operation) =>
        SharedOperations.OfStreams.Contains(operation) || SharedOperations.OfConsumers.Contains(operation);
}
